"""A refund begun: held, or asked of the vendor."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import HeldFor, PaymentState, RefundFailed, RefundHeld, RefundState
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Decision, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.payment import Payment
from payments_service.domain.refund import Refund
from payments_service.domain.stopping import NO_WAY, WAYS, Way

REFUND = "refund"


def begin(
    payment: Payment, refund_id: str, asked_minor: int | None, now: datetime, *, insist: bool = False
) -> Decision | Refusal:
    """Of a payment as it is now; a refusal is about it."""
    refused = _refuses(payment, asked_minor)
    if refused is not None:
        return refused
    amount_minor = payment.left_minor if asked_minor is None else asked_minor
    refund = Refund(refund_id, amount_minor, RefundState.HELD, asked_minor, insist)
    if insist or payment.available or payment.state is PaymentState.FINAL:
        return send(payment, refund, now)
    return Decision(payment.with_refund(refund), (held(payment, refund),))


def _refuses(payment: Payment, asked_minor: int | None) -> Refusal | None:
    if WAYS[payment.state] is not Way.REFUND:
        code = RefusalCode.RETURNED if payment.state is PaymentState.RETURNED else RefusalCode.WRONG_STATE
        return Refusal(code, _why_no_refund(payment.state), about=payment)
    flying = payment.refund_in_flight
    if flying is not None:
        return Refusal(RefusalCode.WRONG_STATE, f"its refund {flying.id} is {flying.state}", about=payment)
    left = payment.left_minor
    if left == 0 or (asked_minor is not None and asked_minor > left):
        reason = f"{left:,} of {payment.amount_minor:,} minor units are left to be refunded"
        return Refusal(RefusalCode.AMOUNT_ABOVE_LIMIT, reason, field="amount.amount_minor", about=payment)
    return None


def _why_no_refund(state: PaymentState) -> str:
    match WAYS[state]:
        case Way.VOID:
            return "its batch is open: it can be voided"
        case Way.CANCEL:
            return "it waits for its mandate: it can be cancelled"
        case Way.NEVER_SENT | Way.WAIT:
            return f"it is {state}: it can be stopped"
        case _:
            return NO_WAY[state]


def send(payment: Payment, refund: Refund, now: datetime) -> Decision:
    """Flagged with the day until which the payment may still come back as well."""
    deadline = payment.claim_deadline
    exposed = deadline if payment.state is not PaymentState.FINAL and deadline and deadline >= now.date() else None
    sending = replace(refund, state=RefundState.SUBMITTING, exposed_until=exposed, doubt=None)
    return Decision(payment.with_refund(sending), work=(refund_work(payment, sending),))


def refund_work(payment: Payment, refund: Refund) -> Work:
    payload = {
        "merchant_id": payment.merchant_id,
        "payment_id": payment.id,
        "refund_id": refund.id,
        "vendor_payment_id": payment.vendor_payment_id,
        "amount_minor": refund.amount_minor,
    }
    return Work(REFUND, payload, helcim_budget(payment.merchant_id), Lane.MONEY, gate=undo_gate(payment))


def undo_gate(payment: Payment) -> str:
    """Two calls that undo one payment are never in doubt at once, whatever they are."""
    return f"{payment.merchant_id}/undo/{payment.vendor_payment_id}"


def held(payment: Payment, refund: Refund) -> RefundHeld:
    cleared = payment.funds_available_at is not None
    reason = HeldFor.HOLD if cleared else HeldFor.NOT_CLEARED
    return RefundHeld(**about(payment, refund), reason=reason, until=payment.funds_available_at)


def about(payment: Payment, refund: Refund) -> dict[str, object]:
    """What every event about it says."""
    return {
        "merchant_id": payment.merchant_id,
        "payment_id": payment.id,
        "refund_id": refund.id,
        "amount": payment.money.model_copy(update={"amount_minor": refund.amount_minor}),
        "external_account_id": payment.external_account_id,
    }


def failed(payment: Payment, refund: Refund, code: RefusalCode, reason: str) -> tuple[Payment, Event]:
    gave_nothing = replace(refund, state=RefundState.FAILED, doubt=None)
    return payment.with_refund(gave_nothing), RefundFailed(**about(payment, refund), code=code, reason=reason)
