"""The vendor's customer is there, made or taken over; the user's accounts, where they are known already, come next."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import CommandRefused, PayerRegistered, RegisterPayer, UpdatePayer
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import code_after_read, refused

from payments_service.domain.enrolment import Enrolled, Enrolment
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.enrol import Reseal, registration
from payments_service.handlers.register_payer import ADOPT_CUSTOMER, CREATE_CUSTOMER
from payments_service.ports import Reads

KEPT_BY_VENDOR = ("contact_name", "business_name", "email", "phone", "street", "city", "province", "postal_code")
"""Of a customer that is taken over. What the vendor knows stands; UpdatePayer changes it."""
GIVEN_TO_VENDOR = ("email", "phone")
"""What the command knows and the vendor does not is written there next."""


@dataclass(frozen=True)
class Situation:
    payer: Payer
    enrolment: Enrolment | None
    holder: Payer | None = None
    """Who has this customer already."""


def decide(outcome: Outcome, situation: Situation, reseal: Reseal) -> Decision:
    payer, answer = situation.payer, outcome.answer
    rejected = replace(payer, state=PayerState.REJECTED)
    if outcome.result is not Result.ANSWERED:
        code = code_after_read(outcome.result) if payer.adopts_code is not None else None
        return refused(CommandRefused, outcome, RegisterPayer, rejected, code=code)
    if answer["vendor_customer_id"] is None:
        reason = "the vendor has no customer with this code"
        field = "adopt_customer_code"
        return refused(
            CommandRefused, outcome, RegisterPayer, rejected, code=RefusalCode.NOT_FOUND, reason=reason, field=field
        )
    if situation.holder is not None and situation.holder.id != payer.id:
        reason = f"the vendor's customer is payer {situation.holder.id} already"
        return refused(CommandRefused, outcome, RegisterPayer, rejected, code=RefusalCode.CONFLICT, reason=reason)
    shown = answer.get("customer")
    if shown is not None and shown["country"] not in (None, payer.country):
        reason = f"the vendor's customer is in {shown['country']}"
        code = RefusalCode.COUNTRY_MISMATCH
        return refused(CommandRefused, outcome, RegisterPayer, rejected, code=code, reason=reason)
    registered = replace(
        _as_shown(payer, shown), state=PayerState.REGISTERED, vendor_customer_id=answer["vendor_customer_id"]
    )
    event = PayerRegistered(
        merchant_id=payer.merchant_id,
        payer_id=payer.id,
        vendor_customer_id=answer["vendor_customer_id"],
        adopted=answer["adopted"],
    )
    commands = _lacking(payer, registered)
    if payer.register_accounts_of is None:
        return Decision(registered, (event,), commands=commands)
    enrolled = Enrolled(payer.id, payer.merchant_id, payer.country)
    enrolment = (situation.enrolment or Enrolment(payer.register_accounts_of)).with_payer(enrolled)
    accounts = tuple(registration(enrolled, shared, reseal) for shared in enrolment.accounts_in(payer.country))
    return Decision(registered, (event,), commands=(*commands, *accounts), also=(Decision(enrolment),))


def _as_shown(payer: Payer, shown: dict[str, Any] | None) -> Payer:
    """A name or a part of the address that the vendor lacks stays ours; an e-mail that it lacks is not there."""
    if shown is None:
        return payer
    known = {name: shown[name] for name in KEPT_BY_VENDOR if shown[name] is not None or name in GIVEN_TO_VENDOR}
    return replace(payer, **known)


def _lacking(payer: Payer, registered: Payer) -> tuple[UpdatePayer, ...]:
    given = {name: getattr(payer, name) for name in GIVEN_TO_VENDOR if getattr(registered, name) is None}
    wanted = {name: value for name, value in given.items() if value is not None}
    return (UpdatePayer(merchant_id=payer.merchant_id, payer_id=payer.id, **wanted),) if wanted else ()


def payers(reads: Reads, outcomes: Sequence[Outcome]) -> list[Payer]:
    found = reads.payers([outcome.key for outcome in outcomes])
    return [found[outcome.key] for outcome in outcomes]


def answerings(reseal: Reseal) -> list[Answering[Situation]]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
        found = payers(reads, outcomes)
        users = [payer.register_accounts_of for payer in found]
        enrolments = reads.enrolments([user for user in users if user is not None])
        asked: defaultdict[str, list[str]] = defaultdict(list)
        for payer, outcome in zip(found, outcomes, strict=True):
            asked[payer.merchant_id].append(outcome.answer.get("vendor_customer_id") or "")
        holders = {merchant_id: reads.payers_of_customers(merchant_id, ids) for merchant_id, ids in asked.items()}
        return [
            Situation(
                payer,
                enrolments.get(payer.register_accounts_of or ""),
                holders[payer.merchant_id].get(outcome.answer.get("vendor_customer_id") or ""),
            )
            for payer, outcome in zip(found, outcomes, strict=True)
        ]

    def decide_now(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        return decide(outcome, situation, reseal)

    return [Answering(kind, RegisterPayer, load, decide_now) for kind in (CREATE_CUSTOMER, ADOPT_CUSTOMER)]
