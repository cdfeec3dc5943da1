"""Whether the same debit may be presented again, until when, and how often; and what is to be done about its account.

Presentments are counted over the chain of payments that present one debit again, not by return code: the original and
two more in the United States, one more in Canada. Sources: Nacha reinitiation rules (R01 and R09, twice within 180 days
of the original settlement; R11 corrected within 60 days of the return); Canada, one re-presentment within 30 days: our
reading.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from bankrails_contracts.settlement import AccountAction, Retry, ReturnClass

from settlement_watcher.domain.return_codes import reason_for

PRESENTMENTS_MAX = {"US": 3, "CA": 2}
RETRY_DAYS = {"US": 180, "CA": 30}
"""After the original settlement."""
CORRECTION_DAYS = {("US", "R11"): 60}
"""After the return; other corrections have no date of their own."""


@dataclass(frozen=True)
class ReturnTerms:
    return_class: ReturnClass
    retry: Retry
    retry_until: date | None = None
    presentments_left: int | None = None
    """Of the same debit; None where that is not what the code allows."""
    action: AccountAction = AccountAction.KEEP


def terms_for(
    country: str, code: str | None, *, presentment: int, settled_on: date | None, returned_on: date
) -> ReturnTerms:
    """`settled_on` is of the original presentment, or an earlier day where that is not known: a retry too late is a
    breach, one given up too early is not. None where nothing is known of the original."""
    if code is None:
        return ReturnTerms(ReturnClass.UNKNOWN, Retry.UNKNOWN, action=AccountAction.REVIEW)
    reason = reason_for(country, code)
    action = reason.actions[0] if reason.actions else AccountAction.KEEP
    until: date | None
    if reason.retry is Retry.AFTER_CORRECTION:
        days = CORRECTION_DAYS.get((country, code))
        until = None if days is None else returned_on + timedelta(days=days)
        return ReturnTerms(reason.return_class, reason.retry, until, action=action)
    if reason.retry is not Retry.ALLOWED:
        return ReturnTerms(reason.return_class, reason.retry, action=action)
    left = max(0, PRESENTMENTS_MAX[country] - presentment)
    if left == 0:
        return ReturnTerms(reason.return_class, Retry.NEVER, presentments_left=left, action=action)
    if settled_on is None:
        return ReturnTerms(reason.return_class, Retry.UNKNOWN, presentments_left=left, action=action)
    until = settled_on + timedelta(days=RETRY_DAYS[country])
    if returned_on >= until:
        return ReturnTerms(reason.return_class, Retry.NEVER, presentments_left=left, action=action)
    return ReturnTerms(reason.return_class, Retry.ALLOWED, until, left, action)
