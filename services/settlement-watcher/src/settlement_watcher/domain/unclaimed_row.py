"""A row of the vendor's that is no watched payment: another's debit, a person's at the portal, or ours, heard of late."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bankrails_contracts.money import Currency, Money

from settlement_watcher.domain.observation import Observation


class RowState(StrEnum):
    SEEN = "SEEN"
    """Nobody's yet."""
    CLAIMED = "CLAIMED"
    """A payment of ours turned out to be it, or to be what it undoes."""


@dataclass(frozen=True)
class UnclaimedRow:
    id: str
    """The vendor's: it numbers its transactions over all merchants."""
    merchant_id: str
    transaction_type: str
    original_vendor_payment_id: str | None
    amount_minor: int
    currency: Currency
    auth: str
    clearing: str
    vendor_batch_id: str | None
    batch_closed: bool
    created_at: datetime | None
    first_seen_at: datetime
    observed_at: datetime
    state: RowState = RowState.SEEN
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def is_claimed(self) -> bool:
        return self.state is RowState.CLAIMED

    @property
    def money(self) -> Money:
        return Money(amount_minor=self.amount_minor, currency=self.currency)


def row_seen(known: UnclaimedRow | None, seen: Observation, merchant_id: str) -> UnclaimedRow:
    """As the vendor shows it now. The very same object when that is what we know, or older."""
    facts: dict[str, Any] = {
        "amount_minor": seen.amount_minor,
        "currency": Currency(seen.currency),
        "auth": seen.auth,
        "clearing": seen.clearing,
        "vendor_batch_id": seen.vendor_batch_id,
        "batch_closed": seen.batch_closed,
    }
    if known is None:
        return UnclaimedRow(
            id=seen.vendor_payment_id,
            merchant_id=merchant_id,
            transaction_type=seen.transaction_type,
            original_vendor_payment_id=seen.original_vendor_payment_id,
            created_at=seen.created_at,
            first_seen_at=seen.observed_at,
            observed_at=seen.observed_at,
            **facts,
        )
    if seen.observed_at < known.observed_at or all(getattr(known, name) == fact for name, fact in facts.items()):
        return known
    return replace(known, observed_at=seen.observed_at, **facts)


def claimed(row: UnclaimedRow) -> UnclaimedRow:
    return row if row.is_claimed else replace(row, state=RowState.CLAIMED)
