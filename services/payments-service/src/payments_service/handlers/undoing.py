"""A payment undone by what is possible now: what StopPayment, VoidPayment and CancelPayment have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.ids import derived_id
from bankrails_contracts.payments import (
    CancelPayment,
    MoneyCall,
    PaymentsCommand,
    PaymentState,
    StopPayment,
    StopPending,
    VoidPayment,
)
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_helcim.rights import MissingRight, Right
from bankrails_messaging.decisions import Decision, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.mandate import Mandate
from payments_service.domain.payment import Payment
from payments_service.domain.stopping import NO_WAY, WAYS, Way
from payments_service.domain.undo import Ask, Undo
from payments_service.handlers import refunding
from payments_service.handlers.changing import changed, refused_before_it_was_sent
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.one_time_mandate import one_time_mandates
from payments_service.ports import Reads

VOID = "void"
CANCEL = "cancel"

COMMANDS: Mapping[str, frozenset[Way]] = {
    StopPayment.__name__: frozenset(Way),
    VoidPayment.__name__: frozenset({Way.WAIT, Way.VOID, Way.REFUND}),
    CancelPayment.__name__: frozenset({Way.WAIT, Way.CANCEL}),
}
"""What each command does; REFUND only where it says so."""

RIGHTS = {Way.VOID: Right.VOID, Way.CANCEL: Right.CANCEL, Way.REFUND: Right.REFUND}


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payment: Payment | None
    mandate: Mandate | None = None
    """A one-time mandate that serves the payment."""


def undo(ask: Ask, situation: Situation, now: datetime, missing: MissingRight) -> Decision | Refusal:
    payment = situation.payment
    if situation.merchant is None:
        return UNKNOWN_MERCHANT
    if payment is None or payment.merchant_id != situation.merchant.id:
        return not_found("payment", "payment_id")
    return begin(payment, ask, situation.mandate, now, missing)


def begin(
    payment: Payment, ask: Ask, mandate: Mandate | None, now: datetime, missing: MissingRight
) -> Decision | Refusal:
    """Of a payment as it is now; a refusal is about it."""
    way = WAYS[payment.state]
    flying = payment.undoing
    if flying is not None:
        return _refusal(payment, f"its {flying.call} is under way")
    if way is None or way not in COMMANDS[ask.command] or (way is Way.REFUND and not ask.or_refund):
        return _refusal(payment, _why_not(payment.state, way))
    right = RIGHTS.get(way)
    not_permitted = None if right is None else missing(payment.merchant_id, right)
    if not_permitted is not None:
        return Refusal(RefusalCode.NOT_PERMITTED, not_permitted, about=payment)
    match way:
        case Way.NEVER_SENT:
            reason = "stopped before anything was sent"
            return refused_before_it_was_sent(payment, RefusalCode.STOPPED, reason, mandate, now)
        case Way.WAIT:
            return changed(replace(payment, wish=ask.stored()), StopPending(**payment.about, wish=ask.command))
        case Way.VOID | Way.CANCEL:
            under_way = payment.with_undo(Undo(MoneyCall(way.value), ask))
            return Decision(under_way, work=(undo_work(payment, MoneyCall(way.value)),))
        case Way.REFUND:
            # Its id follows from the payment's and the refunds before it, so that a decision made again makes the same.
            refund_id = derived_id("refund", payment.id, str(len(payment.refunds)))
            return refunding.begin(payment, refund_id, None, now, insist=ask.insist)


def undo_work(payment: Payment, call: MoneyCall) -> Work:
    payload = {
        "merchant_id": payment.merchant_id,
        "payment_id": payment.id,
        "vendor_payment_id": payment.vendor_payment_id,
        "amount_minor": payment.amount_minor,
    }
    gate = refunding.undo_gate(payment)
    return Work(call.value, payload, helcim_budget(payment.merchant_id), Lane.MONEY, gate=gate)


def _refusal(payment: Payment, reason: str) -> Refusal:
    code = RefusalCode.RETURNED if payment.state is PaymentState.RETURNED else RefusalCode.WRONG_STATE
    return Refusal(code, reason, about=payment)


def _why_not(state: PaymentState, way: Way | None) -> str:
    match way:
        case None:
            return NO_WAY[state]
        case Way.REFUND:
            return "its batch has closed: only a refund can undo it"
        case Way.VOID:
            return "the vendor has approved it: it can be voided, not cancelled"
        case Way.CANCEL:
            return "it waits for its mandate: it can be cancelled, not voided"
        case _:
            return "nothing of it was sent: it can be stopped"


def load(merchants: Merchants, reads: Reads, commands: Sequence[PaymentsCommand]) -> list[Situation]:
    """Of commands whose aggregate is a payment."""
    payments = reads.payments([command.key for command in commands])
    mandates = one_time_mandates(reads, list(payments.values()))
    situations = []
    for item in commands:
        payment = payments.get(item.key)
        mandate = None if payment is None else mandates.get(payment.one_time_mandate_id or "")
        situations.append(Situation(merchants.get(item.merchant_id), payment, mandate))
    return situations
