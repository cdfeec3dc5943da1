"""Every message about payments and what undoes them, and every answer to the calls made for them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bankrails_helcim.rights import MissingRight, Right
from bankrails_messaging.decisions import Answering, Handling

from payments_service.handlers import (
    cancel_payment,
    collect_payment,
    note_settlement,
    record_cancel,
    record_refund,
    record_resolution,
    record_void,
    record_withdrawal,
    refund_payment,
    resolve_unknown,
    stop_payment,
    void_open_payments,
    void_payment,
)
from payments_service.handlers.look_with_payments import before_its_day, when_kept_back
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.permission import needs


def handlings(merchants: Merchants, now: Callable[[], datetime], missing: MissingRight) -> list[Handling[Any, Any]]:
    """The commands that choose among calls ask about the right of the one that they choose."""
    return [
        needs(Right.WITHDRAW, before_its_day(collect_payment.handling(merchants, now)), missing),
        needs(Right.REFUND, refund_payment.handling(merchants), missing),
        void_payment.handling(merchants, missing),
        cancel_payment.handling(merchants, missing),
        stop_payment.handling(merchants, missing),
        resolve_unknown.handling(merchants),
        void_open_payments.handling(merchants),
        *note_settlement.handlings(),
    ]


def answerings(missing: MissingRight) -> list[Answering[Any]]:
    return [
        when_kept_back(record_withdrawal.ANSWERING),
        record_refund.ANSWERING,
        record_void.answering(missing),
        record_cancel.answering(missing),
        record_resolution.ANSWERING,
    ]
