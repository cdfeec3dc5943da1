"""What settlement-watcher's facts mean for a payment's refunds: the hold that ends, and the refund's own life."""

from datetime import datetime

from bankrails_contracts import settlement
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import RefundCleared, RefundFailed, RefundReturned, RefundState
from bankrails_messaging.decisions import Decision

from payments_service.domain.payment import Payment
from payments_service.domain.refund import Refund, shown
from payments_service.handlers import refunding


def observed(event: settlement.VendorPaymentObserved, payment: Payment, now: datetime) -> Decision:
    """Of a row that is a refund of ours."""
    refund = payment.refund(event.refund_id or "")
    if refund is None:
        return Decision()
    if refund.vendor_refund_id != event.vendor_payment_id:
        # Which row is ours our call's answer or its look-up says; that somebody names one is a reason to look.
        return Decision(looks_up=(payment.id,))
    proven = shown(event.auth, event.clearing)
    after = None if proven is None else refund.moved(proven)
    if after is None:
        return Decision()
    return Decision(payment.with_refund(after), (_told(payment, after, event),))


def _told(payment: Payment, refund: Refund, event: settlement.VendorPaymentObserved) -> Event:
    about = refunding.about(payment, refund)
    match refund.state:
        case RefundState.CLEARED:
            return RefundCleared(**about, vendor_refund_id=event.vendor_payment_id, cleared_at=event.observed_at)
        case RefundState.RETURNED:
            return RefundReturned(**about, vendor_refund_id=event.vendor_payment_id, observed_at=event.observed_at)
        case _:
            reason = f"the vendor shows it {event.auth}"
            return RefundFailed(**about, code=RefusalCode.VENDOR_REJECTED, reason=reason)


def held_after_clearing(payment: Payment) -> tuple[Event, ...]:
    """It is known now until when."""
    refund = payment.refund_in_flight
    return () if refund is None or refund.state is not RefundState.HELD else (refunding.held(payment, refund),)


def released(payment: Payment, now: datetime) -> Decision:
    """The hold is over: what was held goes out."""
    refund = payment.refund_in_flight
    if refund is None or refund.state is not RefundState.HELD:
        return Decision(payment)
    return refunding.send(payment, refund, now)


def after_return(payment: Payment) -> tuple[Payment, tuple[Event, ...]]:
    """What was held is not sent: the payer has the money already."""
    refund = payment.refund_in_flight
    if refund is None or refund.state is not RefundState.HELD:
        return payment, ()
    after, event = refunding.failed(payment, refund, RefusalCode.RETURNED, "the payment came back by itself")
    return after, (event,)
