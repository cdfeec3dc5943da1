"""The vendor's answer to a customer's creation; the user's accounts, where they are known already, are registered next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.payments import CommandRefused, PayerRegistered, RegisterPayer
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.enrolment import Enrolled, Enrolment
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.enrol import Reseal, registration
from payments_service.handlers.register_payer import CREATE_CUSTOMER
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    payer: Payer
    enrolment: Enrolment | None


def decide(outcome: Outcome, situation: Situation, reseal: Reseal) -> Decision:
    payer = situation.payer
    if outcome.result is not Result.ANSWERED:
        rejected = replace(payer, state=PayerState.REJECTED)
        return refused(CommandRefused, outcome, RegisterPayer, rejected)
    registered = replace(payer, state=PayerState.REGISTERED, vendor_customer_id=outcome.answer["vendor_customer_id"])
    event = PayerRegistered(
        merchant_id=payer.merchant_id,
        payer_id=payer.id,
        vendor_customer_id=outcome.answer["vendor_customer_id"],
        adopted=outcome.answer["adopted"],
    )
    if payer.register_accounts_of is None:
        return Decision(registered, (event,))
    enrolled = Enrolled(payer.id, payer.merchant_id, payer.country)
    enrolment = (situation.enrolment or Enrolment(payer.register_accounts_of)).with_payer(enrolled)
    commands = tuple(registration(enrolled, shared, reseal) for shared in enrolment.accounts_in(payer.country))
    return Decision(registered, (event,), commands=commands, also=(Decision(enrolment),))


def payers(reads: Reads, outcomes: Sequence[Outcome]) -> list[Payer]:
    found = reads.payers([outcome.key for outcome in outcomes])
    return [found[outcome.key] for outcome in outcomes]


def answering(reseal: Reseal) -> Answering[Situation]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
        found = payers(reads, outcomes)
        users = [payer.register_accounts_of for payer in found]
        enrolments = reads.enrolments([user for user in users if user is not None])
        return [Situation(payer, enrolments.get(user or "")) for payer, user in zip(found, users, strict=True)]

    def decide_now(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        return decide(outcome, situation, reseal)

    return Answering(CREATE_CUSTOMER, RegisterPayer, load, decide_now)
