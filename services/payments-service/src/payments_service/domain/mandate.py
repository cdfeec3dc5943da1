"""A mandate: the payer's agreement to pre-authorized debits (PAD) on one bank account."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class MandateState(StrEnum):
    REQUESTING = "REQUESTING"
    REQUESTED = "REQUESTED"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"
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
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    earliest_debit_on: date | None = None
    revoked_at: datetime | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


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
