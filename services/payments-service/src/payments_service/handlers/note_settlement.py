"""settlement-watcher's facts about our payments: in any order, more than once, and never refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from bankrails_contracts import settlement
from bankrails_contracts.message import Event
from bankrails_messaging.decisions import Decision, Handling

from payments_service.domain.mandate import Mandate
from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger
from payments_service.handlers import note_refunds
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.one_time_mandate import one_time_mandates, use
from payments_service.handlers.telling import news
from payments_service.ports import Reads

log = structlog.get_logger()

SAYS = {
    settlement.VendorAuth.APPROVED: Trigger.APPROVE,
    settlement.VendorAuth.PENDING: Trigger.AWAIT,
    settlement.VendorAuth.DECLINED: Trigger.DECLINE,
    settlement.VendorAuth.CANCELLED: Trigger.CANCEL,
}


@dataclass(frozen=True)
class Situation:
    payment: Payment | None
    """The one that the fact names, where it is about the very debit that our own call made.

    Which debit is ours, our call's answer or its look-up says and nobody else: a debit that somebody merely names must
    not end the search for the one that we may have made.
    """
    mandate: Mandate | None = None
    """A one-time mandate that serves it."""
    in_doubt: tuple[str, ...] = ()
    """Payments with a call of unknown outcome that the vendor's row may be the effect of."""


def decide_observed(event: settlement.VendorPaymentObserved, situation: Situation, now: datetime) -> Decision:
    """What the vendor shows of a row: an approval after the mandate, a decline, a cancellation by hand; a refund."""
    payment = situation.payment
    if payment is not None and event.refund_id is not None:
        return note_refunds.observed(event, payment, now)
    if payment is None or event.transaction_type != settlement.VendorTransaction.WITHDRAWAL:
        return Decision(looks_up=situation.in_doubt)
    trigger = next((said for auth, said in SAYS.items() if auth == event.auth), None)
    under_way = payment.undoing
    if under_way is not None and trigger is Trigger.CANCEL:
        # Most likely our own call did it, which says so itself, or is looked up now.
        return Decision(payment.with_undo(replace(under_way, cancelled_seen=True)), looks_up=(payment.id,))
    after = payment if trigger is None else moved(payment, trigger)
    if trigger is None or after.state is payment.state:
        return Decision()
    told = news(after, trigger, event.vendor_payment_id, event.observed_at, "declined by the vendor, as observed later")
    return changed(after, *told, also=use(after, situation.mandate, now))


def _settling(event: settlement.PaymentInSettlement, payment: Payment, now: datetime) -> Decision:
    return changed(moved(payment, Trigger.SETTLE))


def _cleared(event: settlement.PaymentCleared, payment: Payment, now: datetime) -> Decision:
    first = payment.claim_deadline is None
    after = replace(
        moved(payment, Trigger.CLEAR),
        claim_deadline=event.claim_deadline,
        funds_available_at=event.funds_available_at,
    )
    return changed(after, *(note_refunds.held_after_clearing(after) if first else ()))


def _available(event: settlement.FundsAvailable, payment: Payment, now: datetime) -> Decision:
    return note_refunds.released(replace(payment, available=True), now)


def _final(event: settlement.PaymentFinal, payment: Payment, now: datetime) -> Decision:
    return note_refunds.released(replace(moved(payment, Trigger.FINISH), available=True), now)


def _contested(event: settlement.PaymentContested, payment: Payment, now: datetime) -> Decision:
    return changed(moved(payment, Trigger.CONTEST))


def _returned(event: settlement.PaymentReturned, payment: Payment, now: datetime) -> Decision:
    after, told = note_refunds.after_return(moved(payment, Trigger.RETURN))
    return changed(after if after.return_code is not None else _why(after, event), *told)


def _code_learned(event: settlement.ReturnCodeLearned, payment: Payment, now: datetime) -> Decision:
    return Decision(_why(payment, event))


def _why(payment: Payment, event: settlement.PaymentReturned | settlement.ReturnCodeLearned) -> Payment:
    """Why it came back, and what may follow: what CollectPayment asks for when it is presented again."""
    return replace(
        payment,
        return_code=event.code,
        retry=event.retry,
        retry_until=event.retry_until,
        presentments_left=event.presentments_left,
    )


MOVES: dict[type[Event], Callable[[Any, Payment, datetime], Decision]] = {
    settlement.PaymentInSettlement: _settling,
    settlement.PaymentCleared: _cleared,
    settlement.FundsAvailable: _available,
    settlement.PaymentFinal: _final,
    settlement.PaymentContested: _contested,
    settlement.PaymentReturned: _returned,
    settlement.ReturnCodeLearned: _code_learned,
}


def decide_moved(event: Event, situation: Situation, now: datetime) -> Decision:
    payment = situation.payment
    if payment is None:
        return Decision()
    decision = MOVES[type(event)](event, payment, now)
    if decision.aggregate == payment and not decision.events:
        return Decision()  # known already
    return replace(decision, also=(*decision.also, *use(decision.aggregate, situation.mandate, now)))


def _load(reads: Reads, events: Sequence[Any]) -> list[Situation]:
    payments = reads.payments([event.payment_id for event in events if event.payment_id is not None])
    mandates = one_time_mandates(reads, list(payments.values()))
    unclaimed = [event for event in events if _is_unclaimed(event, payments)]
    in_doubt = reads.payments_in_doubt(
        [(event.merchant_id, event.amount.amount_minor, event.original_vendor_payment_id) for event in unclaimed]
    )
    doubts = {id(event): found for event, found in zip(unclaimed, in_doubt, strict=True)}
    situations = []
    for event in events:
        payment = _meant(event, payments.get(event.payment_id or ""))
        mandate = None if payment is None else mandates.get(payment.one_time_mandate_id or "")
        situations.append(Situation(payment, mandate, tuple(doubts.get(id(event), ()))))
    return situations


def _is_unclaimed(event: Any, payments: Any) -> bool:
    """A row that is nobody's, or that is said to be a payment's which does not know it."""
    if not isinstance(event, settlement.VendorPaymentObserved):
        return False
    payment = payments.get(event.payment_id or "")
    return event.refund_id is None and (payment is None or payment.vendor_payment_id != event.vendor_payment_id)


def _meant(event: Any, payment: Payment | None) -> Payment | None:
    if payment is None or payment.merchant_id != event.merchant_id:
        return None
    if isinstance(event, settlement.VendorPaymentObserved) and (
        event.refund_id is not None or event.transaction_type != settlement.VendorTransaction.WITHDRAWAL
    ):
        return payment  # its row is another than the debit's
    if payment.vendor_payment_id != event.vendor_payment_id:
        log.warning("payment.fact_of_another_debit", payment_id=payment.id, vendor_payment_id=event.vendor_payment_id)
        return None
    return payment


def handlings() -> list[Handling[Any, Any]]:
    return [
        Handling(settlement.VendorPaymentObserved, _load, decide_observed),
        *(Handling(message, _load, decide_moved) for message in MOVES),
    ]
