"""LinkExternalAccount: an account that is proven to be the person's. In the US it is made at Helix, in Canada here alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bankrails_contracts.accounts import ExternalAccountState, LinkExternalAccount
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.parts import CanadianAccount, UsAccount, bank_numbers
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_messaging.unopened import Unopened
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.holder import holder_fault
from accounts_service.domain.numbers import routing_number_fault
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.handlers.verified import verified
from accounts_service.ports import OpenNumber, Reads

CREATE_AT_HELIX = "create_at_helix"
HELIX_BUDGET = "helix"
HELIX_CUSTOMER_ID_MAX = 2**31 - 1
"""The vendor's own SDK has it as a 32-bit integer."""


@dataclass(frozen=True)
class Rules:
    """What differs by configuration."""

    sandbox_routing_number: bool = False
    share: bool = False
    """Verified accounts are shared with payments-service."""


@dataclass(frozen=True)
class Situation:
    account: ExternalAccount | None
    """With the id of the command."""
    same: ExternalAccount | None
    """The user's own, with the same number at the same bank, under whatever id."""
    number: OpenedNumber | Unopened
    rules: Rules


def decide(command: LinkExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    number, rules = situation.number, situation.rules
    if isinstance(command.account, UsAccount) and (refusal := _american_rules(command, command.account, rules)):
        return refusal
    if (fault := holder_fault(command.holder)) is not None:
        return Refusal(RefusalCode.INVALID, fault[1], field=f"holder.{fault[0]}")
    if isinstance(number, Unopened):
        return number.refusal("account.account_number")
    if number.fault is not None:
        return Refusal(RefusalCode.INVALID, number.fault, field="account.account_number")
    if situation.same is not None:
        return _linked_already(command, situation.same)
    account = _account(command, number)
    match command.account:
        case CanadianAccount():
            return verified(account, share=rules.share)
        case UsAccount():
            payload = {"external_account_id": account.id}
            return Decision(account, work=(Work(CREATE_AT_HELIX, payload, HELIX_BUDGET, Lane.PERSON),))
        case _:
            assert_never(command.account)


def _american_rules(command: LinkExternalAccount, account: UsAccount, rules: Rules) -> Refusal | None:
    if command.helix_customer_id is None:
        return Refusal(RefusalCode.INVALID, "required in the United States", field="helix_customer_id")
    if command.helix_customer_id > HELIX_CUSTOMER_ID_MAX:
        return Refusal(RefusalCode.INVALID, f"at most {HELIX_CUSTOMER_ID_MAX}", field="helix_customer_id")
    fault = routing_number_fault(account.routing_number, sandbox_number_allowed=rules.sandbox_routing_number)
    return None if fault is None else Refusal(RefusalCode.INVALID, fault, field="account.routing_number")


def _linked_already(command: LinkExternalAccount, same: ExternalAccount) -> Refusal:
    """Under another id. Whether it was linked for the same purpose is told by what the sender says of it."""
    alike = (command.account_type, command.holder.holder_type, command.helix_customer_id) == (
        same.account_type,
        same.holder_type,
        same.helix_customer_id,
    )
    code = RefusalCode.ALREADY_EXISTS if alike else RefusalCode.CONFLICT
    reason = "the user has linked this account already" if alike else "the user has linked this account otherwise"
    return Refusal(code, f"{reason}, as {same.id}", field="account.account_number", about=same)


def _account(command: LinkExternalAccount, number: OpenedNumber) -> ExternalAccount:
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
        connection_id=command.connection_id,
        helix_customer_id=command.helix_customer_id,
    )


def handling(rules: Rules, open_number: OpenNumber) -> Handling[LinkExternalAccount, Situation]:
    def load(reads: Reads, commands: Sequence[LinkExternalAccount]) -> list[Situation]:
        accounts = reads.external_accounts([command.external_account_id for command in commands])
        numbers = [open_number(command.external_account_id, command.account) for command in commands]
        wanted = [
            (command.user_id, number.fingerprint)
            for command, number in zip(commands, numbers, strict=True)
            if isinstance(number, OpenedNumber)
        ]
        same = reads.same_accounts(wanted)
        return [
            Situation(
                accounts.get(command.external_account_id),
                same.get((command.user_id, number.fingerprint)) if isinstance(number, OpenedNumber) else None,
                number,
                rules,
            )
            for command, number in zip(commands, numbers, strict=True)
        ]

    return Handling(LinkExternalAccount, load, decide, existing=lambda situation: situation.account)
