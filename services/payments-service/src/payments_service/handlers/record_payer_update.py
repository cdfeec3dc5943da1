"""The vendor's answer to a change of its customer."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import CommandRefused, PayerUpdated, UpdatePayer
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.payer import Payer
from payments_service.handlers.record_customer import payers
from payments_service.handlers.update_payer import UPDATE_CUSTOMER


def decide(outcome: Outcome, payer: Payer, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED:
        return refused(CommandRefused, outcome, UpdatePayer, payer)
    given = outcome.payload["changes"]
    changed = tuple(name for name, value in given.items() if getattr(payer, name) != value)
    event = PayerUpdated(merchant_id=payer.merchant_id, payer_id=payer.id, changed=changed)
    return Decision(replace(payer, **given), (event,))


ANSWERING = Answering(UPDATE_CUSTOMER, UpdatePayer, payers, decide)
