"""A closed batch compared three ways: our store, the rows that the vendor lists, and the vendor's own sums. Pure.

    a row and our payment       amount, status, batch
    a row and nobody            unknown to us
    a payment and no row        missing at the vendor
    the rows and the sums       count and total, by kind

The rows come page by page, so what they add up to is kept in a Tally. Our sums against the rows' need no finding of
their own: where they differ, one of the first three says which payment it is.

What the vendor counts in its sums is not documented and stands here alone: approved rows of each kind, a refund and a
reversal by their own amounts. A debit that was voided may be in its own kind's sum as well, or in its reversal's alone:
whichever of the two makes the sum agree is taken, for count and amount together.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bankrails_contracts.payments import PaymentState as State
from bankrails_contracts.settlement import DiscrepancyKind, VendorAuth, VendorClearing, VendorTransaction

from settlement_watcher.domain.batch import Kind, Total, Totals, totals_as_json, totals_from_json
from settlement_watcher.domain.discrepancy import Difference
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.watched_payment import WatchedPayment

KIND_OF: dict[str, Kind] = {
    VendorTransaction.WITHDRAWAL: Kind.WITHDRAWALS,
    VendorTransaction.DEPOSIT: Kind.DEPOSITS,
    VendorTransaction.REVERSE: Kind.REVERSED,
    VendorTransaction.REFUND: Kind.REFUNDED,
}

UNDONE = frozenset({State.CANCELLED, State.VOIDED})
NOT_COUNTED = UNDONE | {State.DECLINED, State.REFUSED}

AGREES: dict[tuple[str, str | None], frozenset[State]] = {
    (VendorAuth.PENDING, None): frozenset({State.AWAITING_MANDATE}),
    (VendorAuth.CANCELLED, None): UNDONE,
    (VendorAuth.DECLINED, None): frozenset({State.DECLINED}),
    (VendorAuth.APPROVED, VendorClearing.OPENED): frozenset({State.APPROVED, State.IN_SETTLEMENT}),
    (VendorAuth.APPROVED, VendorClearing.CLEARED): frozenset({State.CLEARED, State.FINAL}),
    (VendorAuth.APPROVED, VendorClearing.CONTESTED): frozenset({State.CONTESTED, State.FINAL}),
    (VendorAuth.APPROVED, VendorClearing.REJECTED): frozenset({State.RETURNED}),
    (VendorAuth.APPROVED, VendorClearing.RETURNED): frozenset({State.RETURNED}),
}
"""What the vendor shows → the states of ours that say the same. None: whatever the clearing. What is not here, words that
we do not know among it, says nothing that could be compared."""


@dataclass(frozen=True)
class Tally:
    """What the rows of one batch add up to, so far."""

    totals: dict[Kind, Total] = field(default_factory=dict)
    """Of what stands."""
    undone: dict[Kind, Total] = field(default_factory=dict)
    """Of what was voided or cancelled."""
    seen: frozenset[str] = frozenset()
    """The vendor's ids; a row that two pages show counts once."""

    def with_rows(self, rows: Iterable[Observation], batch_id: str) -> "Tally":
        totals, undone, seen = dict(self.totals), dict(self.undone), set(self.seen)
        for row in rows:
            if row.vendor_batch_id != batch_id or row.vendor_payment_id in seen:
                continue
            seen.add(row.vendor_payment_id)
            kind = KIND_OF.get(row.transaction_type)
            into = totals if row.auth == VendorAuth.APPROVED else undone if row.auth == VendorAuth.CANCELLED else None
            if kind is not None and into is not None:
                into[kind] = into.get(kind, Total()).plus(row.amount_minor)
        return Tally(totals, undone, frozenset(seen))

    def counted_undone(self, vendor: Totals) -> frozenset[Kind]:
        """The kinds in whose sums the vendor counts what was undone."""
        return frozenset(
            kind
            for kind, undone in self.undone.items()
            if vendor.get(kind) == self.totals.get(kind, Total()).and_also(undone)
        )

    def as_summed(self, vendor: Totals) -> dict[Kind, Total]:
        """What the rows add up to, as the vendor counts."""
        counted = {
            kind: self.totals.get(kind, Total()).and_also(self.undone[kind]) for kind in self.counted_undone(vendor)
        }
        return {**self.totals, **counted}

    def as_json(self) -> dict[str, Any]:
        return {
            "totals": totals_as_json(self.totals),
            "undone": totals_as_json(self.undone),
            "seen": sorted(self.seen),
        }

    @classmethod
    def from_json(cls, made: Mapping[str, Any]) -> "Tally":
        return cls(totals_from_json(made["totals"]), totals_from_json(made["undone"]), frozenset(made["seen"]))


def our_totals(members: Iterable[tuple[bool, State, int]], counted_undone: Collection[Kind]) -> dict[Kind, Total]:
    """Of our payments in a batch, each as (is a refund, state, amount in minor units)."""
    totals: dict[Kind, Total] = {}
    for is_refund, state, minor in members:
        own = Kind.REFUNDED if is_refund else Kind.WITHDRAWALS
        kinds: tuple[Kind, ...]
        if state in UNDONE:
            kinds = (Kind.REVERSED, own) if own in counted_undone else (Kind.REVERSED,)
        else:
            kinds = () if state in NOT_COUNTED else (own,)
        for kind in kinds:
            totals[kind] = totals.get(kind, Total()).plus(minor)
    return totals


def row_differences(row: Observation, owner: WatchedPayment | None, batch_id: str) -> list[Difference]:
    """`owner`: our payment that this row is, or, of a reversal, that it undoes; as it is known before this row is."""
    if owner is None:
        return [_unknown(row)] if row.vendor_batch_id == batch_id else []
    if row.vendor_batch_id != batch_id and owner.vendor_batch_id != batch_id:
        return []
    found = []
    if (row.amount_minor, row.currency) != (owner.amount_minor, owner.currency):
        ours, theirs = _money(owner.amount_minor, owner.currency), _money(row.amount_minor, row.currency)
        found.append(_of_row(DiscrepancyKind.AMOUNT, row, owner, batch_id, ours, theirs))
    if row.transaction_type == VendorTransaction.REVERSE:
        return found
    if owner.batch_closed and owner.vendor_batch_id is not None and owner.vendor_batch_id != row.vendor_batch_id:
        ours, theirs = f"batch {owner.vendor_batch_id}", f"batch {row.vendor_batch_id}"
        found.append(_of_row(DiscrepancyKind.BATCH_MEMBER, row, owner, batch_id, ours, theirs))
    return found


def status_difference(row: Observation, owner: WatchedPayment, batch_id: str) -> Difference | None:
    """`owner` with all that this row says: what differs now is not merely late."""
    states = AGREES.get((row.auth, None)) or AGREES.get((row.auth, row.clearing))
    if row.transaction_type == VendorTransaction.REVERSE or states is None or owner.state in states:
        return None
    return _of_row(DiscrepancyKind.STATUS, row, owner, batch_id, owner.state, f"{row.auth}, {row.clearing}")


def sum_differences(batch_id: str, rows: Totals, vendor: Totals) -> list[Difference]:
    found = []
    for kind in Kind:
        listed, summed = rows.get(kind, Total()), vendor.get(kind, Total())
        if listed.count != summed.count:
            found.append(
                _of_sum(DiscrepancyKind.BATCH_COUNT, batch_id, kind, f"{listed.count} rows", f"{summed.count}")
            )
        if listed.minor != summed.minor:
            found.append(_of_sum(DiscrepancyKind.BATCH_TOTAL, batch_id, kind, f"{listed.minor}", f"{summed.minor}"))
    return found


def missing(payment: WatchedPayment) -> Difference:
    """For one that the vendor does not show any more, or never did."""
    return Difference(
        DiscrepancyKind.MISSING_AT_VENDOR,
        what=payment.vendor_payment_id or payment.id,
        ours=f"{payment.state}, {_money(payment.amount_minor, payment.currency)}",
        theirs="not shown",
        payment_id=payment.refund_of or payment.id,
        refund_id=payment.refund_id,
        vendor_payment_id=payment.vendor_payment_id,
        vendor_batch_id=payment.vendor_batch_id,
    )


def unlisted(member_ids: Mapping[str, str], seen: Collection[str]) -> list[str]:
    """Of our payments in a batch, by their vendor's id, the ids of those that no page has shown."""
    return sorted(id for vendor_id, id in member_ids.items() if vendor_id not in seen)


def _unknown(row: Observation) -> Difference:
    return Difference(
        DiscrepancyKind.UNKNOWN_TO_US,
        what=row.vendor_payment_id,
        ours="unknown",
        theirs=f"{row.transaction_type}, {_money(row.amount_minor, row.currency)}",
        vendor_payment_id=row.vendor_payment_id,
        vendor_batch_id=row.vendor_batch_id,
    )


def _of_row(
    kind: DiscrepancyKind, row: Observation, owner: WatchedPayment, batch_id: str, ours: str, theirs: str
) -> Difference:
    return Difference(
        kind,
        what=row.vendor_payment_id,
        ours=ours,
        theirs=theirs,
        payment_id=owner.refund_of or owner.id,
        refund_id=owner.refund_id,
        vendor_payment_id=row.vendor_payment_id,
        vendor_batch_id=batch_id,
    )


def _of_sum(kind: DiscrepancyKind, batch_id: str, sum_of: Kind, ours: str, theirs: str) -> Difference:
    return Difference(
        kind, what=f"{batch_id}/{sum_of}", ours=f"{sum_of}: {ours}", theirs=theirs, vendor_batch_id=batch_id
    )


def _money(minor: int, currency: str) -> str:
    return f"{minor} {currency}"
