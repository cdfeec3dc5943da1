"""A difference between our books and the vendor's, open until it is gone or a person has explained it.

    (none) ──found──▶ OPEN ──both sides agree──▶ GONE ──found──▶ OPEN
                        └──a person knows why──▶ EXPLAINED ──found with other sides──▶ OPEN

The same difference is the same discrepancy, whoever finds it and however often: its id follows from what differs.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bankrails_contracts.ids import derived_id
from bankrails_contracts.settlement import DiscrepancyKind


class DiscrepancyState(StrEnum):
    OPEN = "OPEN"
    GONE = "GONE"
    EXPLAINED = "EXPLAINED"


@dataclass(frozen=True)
class Difference:
    """One, with both sides in words."""

    kind: DiscrepancyKind
    what: str
    """Within its kind and merchant, what differs: a vendor's row, one sum of a batch, a payment and its refund."""
    ours: str
    theirs: str
    payment_id: str | None = None
    refund_id: str | None = None
    vendor_payment_id: str | None = None
    vendor_batch_id: str | None = None


@dataclass(frozen=True)
class Discrepancy:
    id: str
    merchant_id: str
    kind: DiscrepancyKind
    ours: str
    theirs: str
    found_at: datetime
    """When it was told last."""
    payment_id: str | None = None
    refund_id: str | None = None
    vendor_payment_id: str | None = None
    vendor_batch_id: str | None = None
    state: DiscrepancyState = DiscrepancyState.OPEN
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


def discrepancy_id(merchant_id: str, difference: Difference) -> str:
    return derived_id("discrepancy", merchant_id, difference.kind, difference.what)


def found(
    known: Discrepancy | None, difference: Difference, merchant_id: str, now: datetime
) -> tuple[Discrepancy, bool]:
    """As it is known from now on, and whether that is to be told: not when the same was told, or explained, before."""
    if known is None:
        return (
            Discrepancy(
                id=discrepancy_id(merchant_id, difference),
                merchant_id=merchant_id,
                kind=difference.kind,
                ours=difference.ours,
                theirs=difference.theirs,
                found_at=now,
                payment_id=difference.payment_id,
                refund_id=difference.refund_id,
                vendor_payment_id=difference.vendor_payment_id,
                vendor_batch_id=difference.vendor_batch_id,
            ),
            True,
        )
    same = (known.ours, known.theirs) == (difference.ours, difference.theirs)
    if same and known.state is not DiscrepancyState.GONE:
        return known, False
    again = replace(
        known,
        state=DiscrepancyState.OPEN,
        ours=difference.ours,
        theirs=difference.theirs,
        found_at=now,
        vendor_batch_id=difference.vendor_batch_id or known.vendor_batch_id,
    )
    return again, True


def gone(known: Discrepancy) -> Discrepancy:
    """The two sides agree. What a person has explained stays explained: it would be found again with the next change."""
    return known if known.state is not DiscrepancyState.OPEN else replace(known, state=DiscrepancyState.GONE)


def explained(known: Discrepancy) -> Discrepancy:
    return replace(known, state=DiscrepancyState.EXPLAINED)
