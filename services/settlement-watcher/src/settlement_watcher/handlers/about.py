"""The fields that each event about a watched payment begins with."""

from typing import Any

from settlement_watcher.domain.watched_payment import WatchedPayment


def about(payment: WatchedPayment) -> dict[str, Any]:
    """Only of a payment that the vendor has: all of these events are about something seen there, or at a bank."""
    if payment.vendor_payment_id is None:
        raise ValueError(f"{payment.id} is not at the vendor")
    return {
        "merchant_id": payment.merchant_id,
        "payment_id": payment.refund_id or payment.id,
        "vendor_payment_id": payment.vendor_payment_id,
        "external_account_id": payment.external_account_id,
        "amount": payment.money,
    }
