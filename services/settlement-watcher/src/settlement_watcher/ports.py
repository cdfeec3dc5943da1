"""What handlers ask for: to read aggregates, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bankrails_contracts.payments import PaymentState

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.watched_payment import WatchedPayment


@dataclass(frozen=True)
class OpenPayments:
    """What is open in one state, summed up."""

    state: PaymentState
    next_available_at: datetime | None
    """The earliest end of a hold that is not over yet."""
    next_claim_deadline: date | None
    """The earliest of those whose hold is over."""


@dataclass(frozen=True)
class Watchlist:
    """What a sweep of one merchant has to know before it looks."""

    moving: Sequence[WatchedPayment] = ()
    """Open, and not merely cleared."""
    cleared_due: Sequence[WatchedPayment] = ()
    """Cleared, and the day of its hold or of its last claim has come."""
    oldest_cleared: datetime | None = None
    """The earliest `since` of those that are cleared."""


class Reads(Protocol):
    """Committed aggregates by id; ids that do not exist are absent from the answer."""

    def payments(self, ids: Sequence[str]) -> Mapping[str, WatchedPayment]: ...
    def batches(self, ids: Sequence[str]) -> Mapping[str, Batch]: ...
    def open_apart_from(self, merchant_id: str, ids: Sequence[str]) -> Sequence[OpenPayments]: ...

    def waits_for_mandate(self, merchant_ids: Sequence[str]) -> set[str]:
        """Of these merchants, those with a payment that waits for one."""
        ...

    def looks_planned(self, merchant_ids: Sequence[str]) -> set[str]:
        """Of these merchants, those with a look that has not begun."""
        ...
