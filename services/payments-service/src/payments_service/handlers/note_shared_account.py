"""accounts-service shares a verified account: kept, and registered for each payer of that user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountCorrected, ExternalAccountShared
from bankrails_contracts.parts import bank_numbers
from bankrails_messaging.decisions import Decision, Handling
from bankrails_messaging.unopened import Unopened

from payments_service.domain.bank_account import OpenedNumber
from payments_service.domain.enrolment import Enrolment, SharedAccount
from payments_service.handlers.enrol import Reseal, registration
from payments_service.handlers.register_bank_account import OpenNumber
from payments_service.ports import Reads


class NumberUnreadable(Exception):
    """A fact cannot be refused, and without its number it is none: a person has to look at the keys."""


@dataclass(frozen=True)
class Situation:
    enrolment: Enrolment | None
    number: OpenedNumber | Unopened


def handling(open_number: OpenNumber, reseal: Reseal) -> Handling[ExternalAccountShared, Situation]:
    def load(reads: Reads, events: Sequence[ExternalAccountShared]) -> list[Situation]:
        known = reads.enrolments([event.user_id for event in events])
        return [Situation(known.get(event.user_id), open_number(event.account.account_number)) for event in events]

    def decide(event: ExternalAccountShared, situation: Situation, now: datetime) -> Decision:
        number = situation.number
        if isinstance(number, Unopened):
            raise NumberUnreadable(number.reason)
        shared = shared_account(event, number)
        enrolment = (situation.enrolment or Enrolment(event.user_id)).with_account(shared)
        commands = [registration(payer, shared, reseal) for payer in enrolment.payers_in(shared.country)]
        return Decision(enrolment, commands=tuple(commands))

    return Handling(ExternalAccountShared, load, decide)


def shared_account(event: ExternalAccountShared | ExternalAccountCorrected, number: OpenedNumber) -> SharedAccount:
    account, holder = event.account, event.holder
    return SharedAccount(
        external_account_id=event.external_account_id,
        country=account.country,
        **bank_numbers(account)._asdict(),
        number_encrypted=number.encrypted,
        account_type=event.account_type,
        holder_type=holder.holder_type,
        first_name=holder.first_name,
        last_name=holder.last_name,
        company_name=holder.company_name,
        fingerprint=number.fingerprint,
    )
