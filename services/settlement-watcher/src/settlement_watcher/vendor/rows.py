"""The vendor's row → what we observed. Total: a word that we do not know is kept, and says nothing to the rules."""

from datetime import datetime

from bankrails_contracts.money import Currency
from bankrails_contracts.settlement import VendorAuth, VendorClearing, VendorTransaction
from bankrails_helcim.mapping import AuthStatus, BatchStatus, ClearingStatus, TransactionType
from bankrails_helcim.wire import AchTransaction

from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.watched_payment import WatchedPayment

AUTH = {
    AuthStatus.IN_PROGRESS: VendorAuth.IN_PROGRESS,
    AuthStatus.APPROVED: VendorAuth.APPROVED,
    AuthStatus.DECLINED: VendorAuth.DECLINED,
    AuthStatus.CANCELLED: VendorAuth.CANCELLED,
    AuthStatus.PENDING: VendorAuth.PENDING,
}
CLEARING = {
    ClearingStatus.OPENED: VendorClearing.OPENED,
    ClearingStatus.CLEARED: VendorClearing.CLEARED,
    ClearingStatus.REJECTED: VendorClearing.REJECTED,
    ClearingStatus.CONTESTED: VendorClearing.CONTESTED,
    ClearingStatus.RETURNED: VendorClearing.RETURNED,
}


TRANSACTION = {
    TransactionType.WITHDRAWAL: VendorTransaction.WITHDRAWAL,
    TransactionType.DEPOSIT: VendorTransaction.DEPOSIT,
    TransactionType.SETTLE: VendorTransaction.SETTLE,
    TransactionType.REVERSE: VendorTransaction.REVERSE,
    TransactionType.REFUND: VendorTransaction.REFUND,
}


def observation(row: AchTransaction, payment: WatchedPayment, observed_at: datetime) -> Observation:
    """An amount or currency that the vendor does not show readably is ours: nothing follows from it but a text."""
    return _observation(row, *(_amount(row) or (payment.amount_minor, payment.currency)), observed_at)


def unclaimed_observation(row: AchTransaction, observed_at: datetime) -> Observation | None:
    """Of a row that is no payment of ours; None without a readable amount, of which nothing can be told."""
    amount = _amount(row)
    return None if amount is None else _observation(row, *amount, observed_at)


def _amount(row: AchTransaction) -> tuple[int, Currency] | None:
    return None if row.currency is None or row.amount_minor <= 0 else (row.amount_minor, row.currency)


def _observation(row: AchTransaction, amount_minor: int, currency: Currency, observed_at: datetime) -> Observation:
    return Observation(
        vendor_payment_id=str(row.id),
        amount_minor=amount_minor,
        currency=currency.value,
        auth=AUTH.get(row.auth, f"unrecognised:{row.status_auth}"),
        clearing=CLEARING.get(row.clearing, f"unrecognised:{row.status_clearing}"),
        vendor_batch_id=str(row.batch_id) if row.batch_id else None,
        batch_closed=row.batch is BatchStatus.CLOSED,
        batch_closed_at=row.closed_at,
        created_at=row.created_at,
        observed_at=observed_at,
        transaction_type=TRANSACTION.get(row.type, f"unrecognised:{row.transaction_type}"),
        original_vendor_payment_id=str(row.original_transaction_id) if row.original_transaction_id else None,
    )
