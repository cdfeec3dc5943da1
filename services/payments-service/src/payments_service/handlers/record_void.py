"""The vendor's answer to a void, or what is known instead of one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bankrails_contracts.payments import PaymentVoided, VoidPayment
from bankrails_helcim.rights import MissingRight
from bankrails_messaging.decisions import Answering, Decision

from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger
from payments_service.domain.vendor_claim import VendorClaim, claim_id
from payments_service.handlers import undo_outcomes
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.undoing import VOID


def undone(payment: Payment, answer: Mapping[str, Any]) -> Decision:
    void_id = answer.get("vendor_void_id")
    voided = replace(moved(payment, Trigger.VOID), vendor_void_id=void_id)
    event = PaymentVoided(**payment.about, vendor_payment_id=payment.vendor_payment_id, vendor_void_id=void_id)
    claim = None if void_id is None else VendorClaim(claim_id(payment.merchant_id, void_id), payment.id, "void")
    return changed(voided, event, also=() if claim is None else (Decision(claim),))


def answering(missing: MissingRight) -> Answering[Payment]:
    return undo_outcomes.answering(VOID, VoidPayment, undone, missing)
