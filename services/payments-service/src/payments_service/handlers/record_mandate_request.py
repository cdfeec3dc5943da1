"""The vendor has asked the payer, or had asked already; from now on we look for the answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import CommandRefused, MandateRequested, RequestMandate
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Work
from bankrails_messaging.refusals import refused
from bankrails_vendor_http.budget import Lane

from payments_service.domain.mandate import Mandate, MandateState, next_look
from payments_service.handlers.request_mandate import REQUEST_MANDATE
from payments_service.ports import Reads

WATCH_MANDATE = "watch_mandate"


def decide(outcome: Outcome, mandate: Mandate, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED:
        rejected = replace(mandate, state=MandateState.REJECTED)
        return refused(CommandRefused, outcome, RequestMandate, rejected)
    vendor_id = outcome.answer["vendor_mandate_id"]
    requested = replace(mandate, state=MandateState.REQUESTED, vendor_mandate_id=vendor_id, requested_at=now)
    event = MandateRequested(
        merchant_id=mandate.merchant_id,
        mandate_id=mandate.id,
        bank_account_id=mandate.bank_account_id,
        vendor_mandate_id=vendor_id,
        mailed=not outcome.found,
    )
    watch = Work(
        WATCH_MANDATE,
        {**outcome.payload, "vendor_mandate_id": vendor_id},
        helcim_budget(mandate.merchant_id),
        Lane.LOOK_UP,
        due_at=next_look(now, now),
    )
    return Decision(requested, (event,), (watch,))


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Mandate]:
    mandates = reads.mandates([outcome.key for outcome in outcomes])
    return [mandates[outcome.key] for outcome in outcomes]


ANSWERING = Answering(REQUEST_MANDATE, RequestMandate, load, decide)
