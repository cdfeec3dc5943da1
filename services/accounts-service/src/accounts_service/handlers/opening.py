"""What LinkExternalAccount and InitiateExternalAccount have in common: the rules, the limit, the new account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bankrails_contracts.accounts import (
    ExternalAccountState,
    ExternalAccountType,
    InitiateExternalAccount,
    LinkExternalAccount,
    VerificationMethod,
)
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.parts import HolderType, UsAccount, bank_numbers
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_messaging.unopened import Unopened
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.customer import Customer
from accounts_service.domain.external_account import ExternalAccount, customer_id
from accounts_service.domain.holder import holder_fault
from accounts_service.domain.limit import Places, places
from accounts_service.domain.numbers import routing_number_fault
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.domain.program import Program
from accounts_service.domain.tags import derived_tag
from accounts_service.handlers.rules import HELIX_BUDGET, Rules
from accounts_service.handlers.texts import in_the_clear, texts_of
from accounts_service.ports import OpenNumber, Reads

HELIX_CUSTOMER_ID_MAX = 2**31 - 1
"""The vendor's own SDK has it as a 32-bit integer."""
PERSONAL_ALONE = (ExternalAccountType.PREPAID, ExternalAccountType.LOAN)

Opening = LinkExternalAccount | InitiateExternalAccount
C = TypeVar("C", LinkExternalAccount, InitiateExternalAccount)

NOBODY, NEVER_READ = Customer(""), Program()


@dataclass(frozen=True)
class Situation:
    account: ExternalAccount | None
    """With the id of the command."""
    same: ExternalAccount | None
    """The user's own, with the same number at the same bank, under whatever id."""
    number: OpenedNumber | Unopened
    rules: Rules
    customer: Customer = NOBODY
    others: Sequence[ExternalAccount] = ()
    """Of the same customer."""
    uses: Mapping[str, AccountUse] | None = None
    program: Program = NEVER_READ
    tagged: ExternalAccount | None = None
    """That has the command's tag."""

    def places(self, now: datetime) -> Places:
        at_helix = self.customer.id.startswith("helix:")
        limit = self.program.external_accounts_max if at_helix else self.rules.own_accounts_max
        return places(self.others, self.uses or {}, limit, self.program, now)


def refusal(command: Opening, situation: Situation) -> Refusal | None:
    number, rules = situation.number, situation.rules
    if isinstance(command.account, UsAccount) and (fault := _american_fault(command, command.account, rules)):
        return fault
    if (fault := _type_fault(command)) is not None:
        return fault
    if (held := holder_fault(command.holder)) is not None:
        return Refusal(RefusalCode.INVALID, held[1], field=f"holder.{held[0]}")
    if isinstance(number, Unopened):
        return number.refusal("account.account_number")
    if number.fault is not None:
        return Refusal(RefusalCode.INVALID, number.fault, field="account.account_number")
    if number.spelled_out_in is not None:
        return in_the_clear(number.spelled_out_in)
    if situation.same is not None:
        return _there_already(command, situation.same)
    return _name_fault(command, situation)


def _american_fault(command: Opening, account: UsAccount, rules: Rules) -> Refusal | None:
    if command.helix_customer_id is None:
        if isinstance(command, InitiateExternalAccount) or command.microdeposit_id is None:
            return Refusal(RefusalCode.INVALID, "required in the United States", field="helix_customer_id")
    elif command.helix_customer_id > HELIX_CUSTOMER_ID_MAX:
        return Refusal(RefusalCode.INVALID, f"at most {HELIX_CUSTOMER_ID_MAX}", field="helix_customer_id")
    fault = routing_number_fault(account.routing_number, sandbox_number_allowed=rules.sandbox_routing_number)
    return None if fault is None else Refusal(RefusalCode.INVALID, fault, field="account.routing_number")


def _type_fault(command: Opening) -> Refusal | None:
    if command.account_type is ExternalAccountType.GENERAL_LEDGER:
        reason = "a general ledger account is made by a notice of change, or at the vendor by a person"
        return Refusal(RefusalCode.NOT_OFFERED, reason, field="account_type")
    if command.account_type in PERSONAL_ALONE and command.holder.holder_type is HolderType.BUSINESS:
        reason = f"a business has no {command.account_type} account"
        return Refusal(RefusalCode.INVALID, reason, field="account_type")
    return None


def _there_already(command: Opening, same: ExternalAccount) -> Refusal:
    """Under another id. Whether it was linked for the same purpose is told by what the sender says of it."""
    alike = (command.account_type, command.holder.holder_type, command.helix_customer_id) == (
        same.account_type,
        same.holder_type,
        same.helix_customer_id,
    )
    code = RefusalCode.ALREADY_EXISTS if alike else RefusalCode.CONFLICT
    reason = "the user has linked this account already" if alike else "the user has linked this account otherwise"
    return Refusal(code, f"{reason}, as {same.id}", field="account.account_number", about=same)


def _name_fault(command: Opening, situation: Situation) -> Refusal | None:
    if situation.tagged is not None:
        return Refusal(RefusalCode.TAKEN, "another account has this tag, and it keeps it for ever", field="tag")
    taken = situation.customer.id.startswith("helix:") and any(
        command.nickname is not None and command.nickname == other.nickname for other in situation.others
    )
    if taken:
        return Refusal(RefusalCode.TAKEN, "another account of the customer has this nickname", field="nickname")
    return None


def new_account(command: Opening, number: OpenedNumber, method: VerificationMethod, now: datetime) -> ExternalAccount:
    customer = customer_of(command)
    at_helix = customer.startswith("helix:")
    return ExternalAccount(
        id=command.external_account_id,
        user_id=command.user_id,
        state=ExternalAccountState.LINKING,
        country=command.account.country,
        **bank_numbers(command.account)._asdict(),
        account_number_encrypted=number.encrypted,
        number_fingerprint=number.fingerprint,
        account_last4=number.last4,
        account_type=command.account_type,
        holder_type=command.holder.holder_type,
        first_name=command.holder.first_name,
        last_name=command.holder.last_name,
        company_name=command.holder.company_name,
        bank_name=command.bank_name,
        connection_id=command.connection_id if isinstance(command, LinkExternalAccount) else None,
        helix_customer_id=command.helix_customer_id,
        customer_id=customer,
        method=method,
        microdeposit_id=command.microdeposit_id if isinstance(command, LinkExternalAccount) else None,
        verification_id=command.verification_id if isinstance(command, InitiateExternalAccount) else None,
        tag=(command.tag or derived_tag(command.external_account_id)) if at_helix else None,
        nickname=command.nickname,
        custom_fields=command.custom_fields.model_dump(exclude_none=True),
        state_at=now,
        modified_at=now,
    )


def customer_of(command: Opening) -> str:
    return customer_id(command.account.country, command.helix_customer_id, command.user_id)


def asking_helix(account: ExternalAccount, situation: Situation, kind: str) -> Decision:
    """The place is taken in this commit: of many commands at once, none counts without the others."""
    work = Work(kind, {"external_account_id": account.id}, HELIX_BUDGET, Lane.PERSON)
    return Decision(account, work=(work,), also=(Decision(situation.customer),))


def taking_a_place(decision: Decision, situation: Situation) -> Decision:
    return replace(decision, also=(*decision.also, Decision(situation.customer)))


def handling(
    message: type[C],
    rules: Rules,
    open_number: OpenNumber,
    decide: Callable[[C, Situation, datetime], Decision | Refusal],
) -> Handling[C, Situation]:
    def load(reads: Reads, commands: Sequence[C]) -> list[Situation]:
        accounts = reads.external_accounts([command.external_account_id for command in commands])
        numbers = [open_number(command.external_account_id, command.account, texts_of(command)) for command in commands]
        pairs = list(zip(commands, numbers, strict=True))
        same = reads.same_accounts(
            [(command.user_id, number.fingerprint) for command, number in pairs if isinstance(number, OpenedNumber)]
        )
        names = [customer_of(command) for command in commands]
        customers, others = reads.customers(names), reads.of_customers(names)
        uses = reads.account_uses([account.id for some in others.values() for account in some])
        tagged, program = reads.tagged([command.tag for command in commands]), reads.program()
        return [
            Situation(
                accounts.get(command.external_account_id),
                same.get((command.user_id, number.fingerprint)) if isinstance(number, OpenedNumber) else None,
                number,
                rules,
                customers.get(name, Customer(name)),
                others.get(name, ()),
                uses,
                program,
                None if command.tag is None else tagged.get(command.tag),
            )
            for (command, number), name in zip(pairs, names, strict=True)
        ]

    return Handling(message, load, decide, existing=lambda situation: situation.account)
