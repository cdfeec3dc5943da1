"""RefundPayment: all of a payment or a part of it back to the account it came from, once that is no double loss."""

from datetime import datetime
from functools import partial

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import RefundPayment
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.handlers import refunding
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.undoing import Situation, load


def decide(command: RefundPayment, situation: Situation, now: datetime) -> Decision | Refusal:
    payment, amount = situation.payment, command.amount
    if situation.merchant is None:
        return UNKNOWN_MERCHANT
    if payment is None or payment.merchant_id != situation.merchant.id:
        return not_found("payment", "payment_id")
    asked_minor = None if amount is None else amount.amount_minor
    known = payment.refund(command.refund_id)
    if known is not None:
        same = (known.asked_minor, known.insisted) == (asked_minor, command.insist)
        code = RefusalCode.ALREADY_EXISTS if same else RefusalCode.CONFLICT
        return Refusal(code, f"the refund exists, and is {known.state}", field="refund_id", about=payment)
    if amount is not None and amount.currency != payment.currency:
        reason = f"the payment was in {payment.currency}"
        return Refusal(RefusalCode.CURRENCY_MISMATCH, reason, field="amount.currency", about=payment)
    if payment.undoing is not None:
        reason = f"its {payment.undoing.call} is under way"
        return Refusal(RefusalCode.WRONG_STATE, reason, about=payment)
    return refunding.begin(payment, command.refund_id, asked_minor, now, insist=command.insist)


def handling(merchants: Merchants) -> Handling[RefundPayment, Situation]:
    return Handling(RefundPayment, partial(load, merchants), decide)
