"""Whether the same debit may be presented again, until when, and how often.

Presentments are counted, not return codes: the original and two more in the United States, one more in Canada. Sources:
Nacha reinitiation rules (R01 and R09, twice within 180 days of the original settlement; R11 corrected within 60 days of
the return); Canada, one re-presentment within 30 days: our reading.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from bankrails_contracts.settlement import Retry, ReturnClass

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


def terms_for(country: str, code: str | None, *, presentment: int, settled_on: date, returned_on: date) -> ReturnTerms:
    """`settled_on` is of the original presentment, or an earlier day where that is not known: a retry too late is a
    breach, one given up too early is not."""
    if code is None:
        return ReturnTerms(ReturnClass.UNKNOWN, Retry.UNKNOWN)
    reason = reason_for(country, code)
    if reason.retry is Retry.AFTER_CORRECTION:
        days = CORRECTION_DAYS.get((country, code))
        return ReturnTerms(
            reason.return_class, reason.retry, None if days is None else returned_on + timedelta(days=days)
        )
    if reason.retry is not Retry.ALLOWED:
        return ReturnTerms(reason.return_class, reason.retry)
    until = settled_on + timedelta(days=RETRY_DAYS[country])
    left = PRESENTMENTS_MAX[country] - presentment
    if left <= 0 or returned_on >= until:
        return ReturnTerms(reason.return_class, Retry.NEVER, presentments_left=max(0, left))
    return ReturnTerms(reason.return_class, Retry.ALLOWED, until, left)
