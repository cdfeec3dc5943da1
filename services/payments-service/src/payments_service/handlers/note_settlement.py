"""settlement-watcher's facts about our payments: in any order, more than once, and never refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from bankrails_contracts import settlement
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    PaymentApproved,
    PaymentAwaitingMandate,
    PaymentCancelled,
    PaymentDeclined,
)
from bankrails_messaging.decisions import Decision, Handling

from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger, next_state
from payments_service.ports import Reads

log = structlog.get_logger()

MOVES: dict[type[Event], Trigger] = {
    settlement.PaymentInSettlement: Trigger.SETTLE,
    settlement.PaymentCleared: Trigger.CLEAR,
    settlement.PaymentContested: Trigger.CONTEST,
    settlement.PaymentReturned: Trigger.RETURN,
    settlement.PaymentFinal: Trigger.FINISH,
}

SAYS = {
    settlement.VendorAuth.APPROVED: Trigger.APPROVE,
    settlement.VendorAuth.PENDING: Trigger.AWAIT,
    settlement.VendorAuth.DECLINED: Trigger.DECLINE,
    settlement.VendorAuth.CANCELLED: Trigger.CANCEL,
}


def decide_observed(event: settlement.VendorPaymentObserved, payment: Payment | None, now: datetime) -> Decision:
    """What the vendor shows of the debit itself: an approval after the mandate, a decline, a cancellation by hand."""
    trigger = next((said for auth, said in SAYS.items() if auth == event.auth), None)
    state = None if payment is None or trigger is None else next_state(payment.state, trigger)
    if payment is None or trigger is None or state is None:
        return Decision()
    return Decision(replace(payment, state=state), (_told(trigger, event, payment),))


def decide_moved(event: Event, payment: Payment | None, now: datetime) -> Decision:
    state = None if payment is None else next_state(payment.state, MOVES[type(event)])
    return Decision() if payment is None or state is None else Decision(replace(payment, state=state))


def _told(trigger: Trigger, event: settlement.VendorPaymentObserved, payment: Payment) -> Event:
    about: dict[str, Any] = {**payment.about, "vendor_payment_id": event.vendor_payment_id}
    match trigger:
        case Trigger.APPROVE:
            return PaymentApproved(**about, approved_at=event.observed_at)
        case Trigger.AWAIT:
            return PaymentAwaitingMandate(**about)
        case Trigger.DECLINE:
            return PaymentDeclined(**about, reason="declined by the vendor, as observed later")
        case _:
            return PaymentCancelled(**about)


def _load(reads: Reads, events: Sequence[Any]) -> list[Payment | None]:
    ids = [event.payment_id for event in events if event.payment_id is not None]
    payments = reads.payments(ids)
    return [_meant(event, payments.get(event.payment_id or "")) for event in events]


def _meant(event: Any, payment: Payment | None) -> Payment | None:
    """The payment, where the fact is about the very debit that our own call made.

    Which debit is ours, our call's answer or its look-up says and nobody else: a debit that somebody merely names must
    not end the search for the one that we may have made.
    """
    if payment is None:
        return None
    if (payment.merchant_id, payment.vendor_payment_id) != (event.merchant_id, event.vendor_payment_id):
        log.warning("payment.fact_of_another_debit", payment_id=payment.id, vendor_payment_id=event.vendor_payment_id)
        return None
    return payment


def handlings() -> list[Handling[Any, Any]]:
    moved: Callable[[Any, Payment | None, datetime], Decision] = decide_moved
    return [
        Handling(settlement.VendorPaymentObserved, _load, decide_observed),
        *(Handling(message, _load, moved) for message in MOVES),
    ]
