"""What handlers ask for: to read aggregates, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bankrails_contracts.payments import PaymentState

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.change_notice import ChangeNotice
from settlement_watcher.domain.ratios import MerchantCounts
from settlement_watcher.domain.sweep_plan import Followed
from settlement_watcher.domain.unclaimed_row import UnclaimedRow
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

    before_the_close: Sequence[Followed] = ()
    """What is not yet in a closed batch."""
    at_the_bank: Sequence[Followed] = ()
    """In settlement, or contested."""
    returned: Sequence[Followed] = ()
    """Some days ago at most."""
    due: Sequence[Followed] = ()
    """Something is to be said of it because its time has come."""
    oldest_cleared: datetime | None = None
    """The earliest `since` of those that are cleared."""


@dataclass(frozen=True)
class Known:
    """What our books have of some rows of the vendor's."""

    payments: Sequence[WatchedPayment] = ()
    rows: Sequence[UnclaimedRow] = ()


class Reads(Protocol):
    """Committed aggregates by id; ids that do not exist are absent from the answer."""

    def payments(self, ids: Sequence[str]) -> Mapping[str, WatchedPayment]: ...
    def batches(self, ids: Sequence[str]) -> Mapping[str, Batch]: ...

    def unclaimed(self, vendor_payment_ids: Sequence[str]) -> Mapping[str, UnclaimedRow]:
        """By the vendor's id, which is theirs."""
        ...

    def unclaimed_since(self, merchant_id: str, before: datetime) -> Sequence[UnclaimedRow]:
        """First seen before that time, and no watched payment, nor what undoes one, until now."""
        ...

    def watched_as(self, merchant_id: str, vendor_payment_ids: Sequence[str]) -> Sequence[WatchedPayment]:
        """The payments that these rows of the vendor's are, in whatever state; not those that named one wrongly."""
        ...

    def open_apart_from(self, merchant_id: str, ids: Sequence[str], returned_from: date) -> Sequence[OpenPayments]:
        """What is followed: open, or returned since that day."""
        ...

    def counts(self, merchant_ids: Sequence[str]) -> Mapping[str, MerchantCounts]: ...
    def notices(self, ids: Sequence[str]) -> Mapping[str, ChangeNotice]: ...

    def open_notices(
        self, *, external_account_ids: Sequence[str] = (), bank_account_ids: Sequence[str] = ()
    ) -> Sequence[ChangeNotice]:
        """Told and not applied, of any of these accounts."""
        ...

    def waits_for_mandate(self, merchant_ids: Sequence[str]) -> set[str]:
        """Of these merchants, those with a payment that waits for one."""
        ...

    def looks_planned(self, merchant_ids: Sequence[str]) -> Mapping[str, datetime]:
        """When the last look for late payments is due, where one stands that has not begun."""
        ...
