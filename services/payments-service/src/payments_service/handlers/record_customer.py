"""The vendor's answer to a customer's creation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import PayerRegistered, RegisterPayer
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.failures import refused
from payments_service.handlers.register_payer import CREATE_CUSTOMER
from payments_service.ports import Reads


def decide(outcome: Outcome, payer: Payer, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED:
        rejected = replace(payer, state=PayerState.REJECTED)
        return Decision(rejected, (refused(outcome, RegisterPayer, rejected.state),))
    registered = replace(payer, state=PayerState.REGISTERED, vendor_customer_id=outcome.answer["vendor_customer_id"])
    event = PayerRegistered(
        merchant_id=payer.merchant_id,
        payer_id=payer.id,
        vendor_customer_id=outcome.answer["vendor_customer_id"],
        adopted=outcome.answer["adopted"],
    )
    return Decision(registered, (event,))


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Payer]:
    payers = reads.payers([outcome.key for outcome in outcomes])
    return [payers[outcome.key] for outcome in outcomes]


ANSWERING = Answering(CREATE_CUSTOMER, RegisterPayer, load, decide)
