"""The vendor's answer to a cancellation, or what is known instead of one."""

from collections.abc import Mapping
from typing import Any

from bankrails_contracts.payments import CancelPayment, PaymentCancelled
from bankrails_helcim.rights import MissingRight
from bankrails_messaging.decisions import Answering, Decision

from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger
from payments_service.handlers import undo_outcomes
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.undoing import CANCEL


def undone(payment: Payment, answer: Mapping[str, Any]) -> Decision:
    event = PaymentCancelled(**payment.about, vendor_payment_id=payment.vendor_payment_id)
    return changed(moved(payment, Trigger.CANCEL), event)


def answering(missing: MissingRight) -> Answering[Payment]:
    return undo_outcomes.answering(CANCEL, CancelPayment, undone, missing)
