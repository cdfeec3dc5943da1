"""The vendor's row → what we observed. Total: a word that we do not know is kept, and says nothing to the rules."""

from datetime import datetime

from bankrails_contracts.settlement import VendorAuth, VendorClearing
from bankrails_helcim.mapping import AuthStatus, BatchStatus, ClearingStatus
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


def observation(row: AchTransaction, payment: WatchedPayment, observed_at: datetime) -> Observation:
    """An amount or currency that the vendor does not show readably is ours: nothing follows from it but a text."""
    currency = row.currency
    readable = currency is not None and row.amount_minor > 0
    return Observation(
        vendor_payment_id=str(row.id),
        amount_minor=row.amount_minor if readable else payment.amount_minor,
        currency=(currency if readable and currency is not None else payment.currency).value,
        auth=AUTH.get(row.auth, f"unrecognised:{row.status_auth}"),
        clearing=CLEARING.get(row.clearing, f"unrecognised:{row.status_clearing}"),
        vendor_batch_id=str(row.batch_id) if row.batch_id else None,
        batch_closed=row.batch is BatchStatus.CLOSED,
        batch_closed_at=row.closed_at,
        created_at=row.created_at,
        observed_at=observed_at,
    )
