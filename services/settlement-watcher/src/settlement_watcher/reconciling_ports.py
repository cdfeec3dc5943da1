"""What the handlers of batches, discrepancies and refunds ask for beside ports.Reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import DiscrepancyKind

from settlement_watcher.domain.batch import Batch, BatchState
from settlement_watcher.domain.discrepancy import Discrepancy
from settlement_watcher.domain.merchant_pause import MerchantPause
from settlement_watcher.domain.open_outcome import OpenOutcome
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.ports import Reads


@dataclass(frozen=True)
class Members:
    """Our payments and refunds in one batch, those that ended before the banks had them left out."""

    payments: int = 0
    """Debits."""
    total_minor: int = 0
    """Of these debits."""
    cleared: int = 0
    """Refunds among them, as in the next two."""
    returned: int = 0
    moving: int = 0


@dataclass(frozen=True)
class Member:
    id: str
    vendor_payment_id: str | None
    is_refund: bool
    state: PaymentState
    amount_minor: int
    since: datetime


class ReconcilingReads(Reads, Protocol):
    def batches_of(self, merchant_id: str, states: Collection[BatchState]) -> Sequence[Batch]: ...

    def members(self, merchant_id: str, batch_ids: Sequence[str]) -> Mapping[str, Members]:
        """By batch; one without members is absent."""
        ...

    def member_list(self, merchant_id: str, batch_id: str) -> Sequence[Member]:
        """Every payment and refund of ours in it, whatever became of it."""
        ...

    def may_be_in(self, merchant_id: str, closed_at: datetime) -> int:
        """How many of our approved payments were made before that close and not seen in any batch yet."""
        ...

    def before_the_close(self, merchant_id: str) -> bool:
        """Whether anything of ours is, or may get, into an open batch."""
        ...

    def has_settled(self, merchant_id: str) -> bool:
        """Whether a batch of this merchant has settled."""
        ...

    def longest_in_settlement(self, merchant_id: str, at_most: int) -> Sequence[WatchedPayment]:
        """Debits at the banks, the longest first, of which it was not said that they are overdue."""
        ...

    def never_shown(self, merchant_id: str, at_most: int) -> Sequence[WatchedPayment]:
        """At the vendor as payments-service says, never seen there, and not asked for by themselves. The oldest first."""
        ...

    def discrepancies(self, ids: Sequence[str]) -> Mapping[str, Discrepancy]: ...

    def open_discrepancies(self, merchant_id: str, kinds: Collection[DiscrepancyKind]) -> Sequence[Discrepancy]: ...

    def open_discrepancies_of(self, batch_id: str) -> Sequence[Discrepancy]:
        """Of this batch, or of something in it."""
        ...

    def pauses(self, merchant_ids: Sequence[str]) -> Mapping[str, MerchantPause]: ...

    def outcomes(self, ids: Sequence[str]) -> Mapping[str, OpenOutcome]: ...

    def open_outcomes(self, merchant_id: str) -> Sequence[OpenOutcome]: ...
