"""Rows of the vendor's that are nobody's: told once no payment of ours can still turn out to have made them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bankrails_contracts.settlement import DiscrepancyKind

from settlement_watcher.domain.batch_looks import UNCLAIMED_FOR
from settlement_watcher.domain.discrepancy import Difference
from settlement_watcher.domain.open_outcome import OpenOutcome, could_be
from settlement_watcher.domain.unclaimed_row import UnclaimedRow


def unclaimed_differences(
    rows: Iterable[UnclaimedRow], outcomes: Sequence[OpenOutcome], now: datetime
) -> list[Difference]:
    """Half an hour after they were first seen, unless a call whose outcome is open could have left them."""
    return [
        nobodys(row)
        for row in rows
        if row.first_seen_at + UNCLAIMED_FOR <= now
        and not any(could_be(item, row.transaction_type, row.amount_minor, row.created_at) for item in outcomes)
    ]


def nobodys(row: UnclaimedRow) -> Difference:
    return Difference(
        DiscrepancyKind.UNKNOWN_TO_US,
        what=row.id,
        ours="unknown",
        theirs=f"{row.transaction_type}, {row.amount_minor} {row.currency}",
        vendor_payment_id=row.id,
        vendor_batch_id=row.vendor_batch_id,
    )
