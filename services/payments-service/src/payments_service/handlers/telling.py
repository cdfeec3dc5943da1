"""What is said when the vendor's word on a debit is new: the same whether an answer, a look or a sweep brought it."""

from datetime import datetime

from bankrails_contracts.message import Event
from bankrails_contracts.payments import PaymentApproved, PaymentAwaitingMandate, PaymentCancelled, PaymentDeclined

from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger


def news(payment: Payment, trigger: Trigger, vendor_payment_id: str, at: datetime, reason: str) -> tuple[Event, ...]:
    """`reason` is for a decline. Nothing for what settlement-watcher tells by itself."""
    about = {**payment.about, "vendor_payment_id": vendor_payment_id}
    match trigger:
        case Trigger.APPROVE:
            return (PaymentApproved(**about, approved_at=at),)
        case Trigger.AWAIT:
            return (PaymentAwaitingMandate(**about),)
        case Trigger.DECLINE:
            return (PaymentDeclined(**about, reason=reason),)
        case Trigger.CANCEL:
            return (PaymentCancelled(**about),)
        case _:
            return ()
