"""A mandate: the payer's agreement to pre-authorized debits (PAD) on one bank account.

An account collects several over time; at most one is accepted and active. Which one counts, what it permits and from
when is said here and nowhere else. Source: Rule H1 as quoted in public PAD forms; Helcim guide, PAD agreements.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from bankrails_contracts.answers import RefusalCode


class MandateState(StrEnum):
    REQUESTING = "REQUESTING"
    REQUESTED = "REQUESTED"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"
    USED_UP = "USED_UP"
    """A one-time agreement that has had its debit."""
    REJECTED = "REJECTED"
    """The request failed at the vendor."""


USABLE = frozenset({MandateState.REQUESTED, MandateState.ACCEPTED})
"""With one that is only requested the vendor keeps the debit back until the payer accepts."""


@dataclass(frozen=True)
class Mandate:
    id: str
    bank_account_id: str
    merchant_id: str
    state: MandateState
    vendor_mandate_id: str | None = None
    kind: str = "personal"
    """`personal` or `business`, as the account's holder is."""
    one_time: bool = False
    pre_notification_days: int | None = None
    """As the agreement says; None: the merchant's."""
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    earliest_debit_on: date | None = None
    revoked_at: datetime | None = None
    used_by: str | None = None
    """Of a one-time agreement: the payment that it serves, from the moment that payment is accepted as ours."""
    inconsistent_at: datetime | None = None
    """Since when the vendor shows it active though nobody accepted it."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """What happened, oldest first: `what`, `at`, `by`."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def about(self) -> dict[str, Any]:
        """What every event about it says."""
        return {"merchant_id": self.merchant_id, "mandate_id": self.id, "bank_account_id": self.bank_account_id}

    def then(self, what: str, at: datetime, by: str, **changes: Any) -> "Mandate":
        """Changed, and written down."""
        entry = {"what": what, "at": at.isoformat(), "by": by}
        return replace(self, history=[*self.history, entry], **changes)


def counting(mandates: Iterable[Mandate]) -> Mandate | None:
    """Of one account's mandates the one that counts: the accepted; else the one requested last; else the last to end.

    None when none was ever requested with success.
    """
    ranked = {MandateState.ACCEPTED: 2, MandateState.REQUESTED: 1, MandateState.REVOKED: 0, MandateState.USED_UP: 0}
    known = [each for each in mandates if each.state in ranked]
    return max(known, key=lambda each: (ranked[each.state], _latest(each), each.id), default=None)


def why_not(mandates: Iterable[Mandate], *payment_ids: str | None) -> tuple[RefusalCode, str] | None:
    """Why a payment may not be debited under the mandates of its account, or None when it may.

    `payment_ids`: its own and that of the payment which it presents again, since a presentment belongs to the same debit.
    A one-time agreement that is used up, or serves another payment, permits no more than one that was never asked for:
    MANDATE_MISSING, a new one has to be requested. Only consent withdrawn is MANDATE_REVOKED.
    """
    mandate = counting(mandates)
    if mandate is None:
        return RefusalCode.MANDATE_MISSING, "no mandate was requested for it"
    if mandate.state is MandateState.REVOKED:
        return RefusalCode.MANDATE_REVOKED, "its mandate was revoked"
    if mandate.inconsistent_at is not None:
        return RefusalCode.MANDATE_MISSING, f"mandate {mandate.id} is active at the vendor though nobody accepted it"
    if mandate.used_by is not None and mandate.used_by not in payment_ids:
        return RefusalCode.MANDATE_MISSING, f"its one-time mandate {mandate.id} serves payment {mandate.used_by}"
    return None


def usable(mandates: Iterable[Mandate]) -> bool:
    """Whether a debit that it serves, or that no other one keeps it from, may go out under them."""
    mandate = counting(mandates)
    return mandate is not None and mandate.state in USABLE and mandate.inconsistent_at is None


def notice_days(mandate: Mandate, merchant_days: int) -> int:
    """Calendar days between the notice to the payer and the debit; 0: waived."""
    return merchant_days if mandate.pre_notification_days is None else mandate.pre_notification_days


def earliest_debit(mandate: Mandate, notified_on: date | None, today: date, days: int) -> date:
    """The first day on which it permits a debit that the payer is told of on `notified_on`, or else today.

    `days` are notice_days(). The agreement's own first day, where the vendor names one, is kept as well.
    """
    noticed = (notified_on or today) + timedelta(days=days) if days else today
    return max(today, noticed, mandate.earliest_debit_on or today)


STOPS_LOOKING = timedelta(days=90)
"""A request that nobody has answered for so long is looked at again only when a debit needs it."""


def next_look(requested_at: datetime, now: datetime) -> datetime:
    """When to ask the vendor again whether the payer has accepted: often while they have the mail open, rarely later.

    The vendor announces nothing, so asking is the only way to know.
    """
    age = now - requested_at
    for until, every in (
        (timedelta(minutes=10), timedelta(seconds=5)),
        (timedelta(hours=24), timedelta(minutes=5)),
        (timedelta(days=30), timedelta(hours=1)),
    ):
        if age < until:
            return now + every
    return now + timedelta(days=1)


def _latest(mandate: Mandate) -> str:
    """The time of the last thing that happened to it; for mandates of releases without a history, of its request."""
    known = [mandate.requested_at, mandate.accepted_at, mandate.revoked_at]
    texts = [each.isoformat() for each in known if each is not None]
    return max((*texts, *(entry["at"] for entry in mandate.history)), default="")
