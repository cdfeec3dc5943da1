"""Calls of which it is not known whether they happened, as operators are shown them: the oldest first."""

from typing import Any

from bankrails_contracts.envelope import format_instant
from bankrails_contracts.payments import MoneyCall
from bankrails_messaging.rows import from_micros
from bankrails_messaging.statements import WORK
from bankrails_messaging.work_row import WorkState
from sqlalchemy import Connection, select

from payments_service.domain.doubt import Doubt
from payments_service.domain.payment import Payment
from payments_service.store.repositories import PAYMENTS


def unknown_calls(connection: Connection) -> list[dict[str, Any]]:
    """From the work that waits; what is known of each stands in its payment."""
    waiting = (WorkState.UNKNOWN.value, WorkState.OPERATOR.value)
    question = select(WORK.c.key, WORK.c.kind, WORK.c.state, WORK.c.unknown_since).where(
        WORK.c.state.in_(waiting), WORK.c.kind.in_([call.value for call in MoneyCall])
    )
    rows = connection.execute(question.order_by(WORK.c.unknown_since)).all()
    payments = PAYMENTS.get_many(connection, [row.key for row in rows])
    return [_shown(payments[row.key], row) for row in rows if row.key in payments]


def _shown(payment: Payment, row: Any) -> dict[str, Any]:
    call = MoneyCall(row.kind)
    refund = payment.refund_in_flight if call is MoneyCall.REFUND else None
    doubt = _doubt(payment, call)
    return {
        "payment_id": payment.id,
        "merchant_id": payment.merchant_id,
        "call": call.value,
        "refund_id": None if refund is None else refund.id,
        "amount_minor": payment.amount_minor if refund is None else refund.amount_minor,
        "currency": payment.currency.value,
        "vendor_payment_id": payment.vendor_payment_id,
        "since": format_instant(from_micros(row.unknown_since)),
        "needs_operator": row.state == WorkState.OPERATOR.value,
        "reason": None if doubt is None else doubt.reason,
        "candidates": [] if doubt is None else list(doubt.candidates),
    }


def _doubt(payment: Payment, call: MoneyCall) -> Doubt | None:
    if call is MoneyCall.REFUND:
        refund = payment.refund_in_flight
        return None if refund is None else refund.doubt
    if call is not MoneyCall.WITHDRAW:
        return None if payment.undoing is None else payment.undoing.doubt
    if payment.unknown_since is None:
        return None
    return Doubt(payment.unknown_since, payment.unknown_reason or "", payment.needs_operator, tuple(payment.candidates))
