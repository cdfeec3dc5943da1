"""RegisterBankAccount: the payer's account at the vendor, which mails the payer an authorization."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command, Event
from bankrails_contracts.parts import UsAccount, bank_numbers
from bankrails_contracts.payments import BankAccountDisabled, RegisterBankAccount
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_messaging.unopened import Unopened
from bankrails_rails.routing_numbers import routing_number_is_valid
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import (
    DIGITS_ALLOWED,
    BankAccount,
    BankAccountState,
    Cause,
    OpenedNumber,
)
from payments_service.domain.enrolment import SharedAccount
from payments_service.domain.external_account import ExternalAccount, Standing
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.enrol import Reseal, correction
from payments_service.handlers.merchants import EMAIL_MISSING, UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.standing_of_accounts import about
from payments_service.ports import Reads

CREATE_BANK_ACCOUNT = "create_bank_account"

OpenNumber = Callable[[str], OpenedNumber | Unopened]
"""Opens a sealed account number and encrypts it for rest, in one step, so that nothing else sees it."""


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None
    account: BankAccount | None
    number: OpenedNumber | Unopened
    external: ExternalAccount | None = None
    """None where the command names none."""
    replaced: BankAccount | None = None


def decide(
    command: RegisterBankAccount, situation: Situation, now: datetime, reseal: Reseal = str
) -> Decision | Refusal:
    merchant, payer, number = situation.merchant, situation.payer, situation.number
    if merchant is None:
        return UNKNOWN_MERCHANT
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if payer.state is not PayerState.REGISTERED or payer.vendor_customer_id is None:
        return Refusal(RefusalCode.WRONG_STATE, f"the payer is {payer.state}, not registered", field="payer_id")
    if payer.email is None:
        return EMAIL_MISSING
    if command.account.country != merchant.country:
        return Refusal(RefusalCode.COUNTRY_MISMATCH, f"the merchant is in {merchant.country}", field="account.country")
    if isinstance(number, Unopened):
        return number.refusal("account.account_number")
    if number.digits not in DIGITS_ALLOWED[merchant.country]:
        allowed = DIGITS_ALLOWED[merchant.country]
        return Refusal(
            RefusalCode.INVALID,
            f"an account number in {merchant.country} has {allowed[0]} to {allowed[-1]} digits",
            field="account.account_number",
        )
    if isinstance(command.account, UsAccount) and not routing_number_is_valid(command.account.routing_number):
        return Refusal(RefusalCode.INVALID, "the routing number's check digit is wrong", field="account.routing_number")
    external, replaced = situation.external, situation.replaced
    if external is not None and external.state is Standing.ARCHIVED:
        reason = "the external account is archived"
        return Refusal(RefusalCode.ACCOUNT_DISABLED, reason, field="external_account_id")
    if command.replaces is not None:
        refusal = _why_not_replaced(command, replaced)
        if refusal is not None:
            return refusal
    account = _account(command, merchant, payer.vendor_customer_id, number)
    events: list[Event] = []
    also: list[Decision] = []
    commands: list[Command] = []
    if external is not None:
        if external.state is Standing.LOCKED:
            account = account.disabled(Cause.LOCK)
            events.append(BankAccountDisabled(**about(account), reason=external.reason))
        also.append(Decision(replace(external, bank_accounts=[*external.bank_accounts, account.id])))
        commands = list(_corrected(external, account, number, reseal))
    if replaced is not None:
        also.append(Decision(replace(replaced, successor_id=account.id)))
    payload = {"merchant_id": merchant.id, "bank_account_id": account.id}
    gate = customer_gate(payer)
    work = Work(CREATE_BANK_ACCOUNT, payload, helcim_budget(merchant.id), Lane.PERSON, gate=gate)
    return Decision(account, tuple(events), (work,), also=tuple(also), commands=tuple(commands))


def customer_gate(payer: Payer) -> str:
    """One at a time per customer: two that list before either creates would both take the same account for their own."""
    return f"{payer.merchant_id}/customer/{payer.vendor_customer_id}"


def _why_not_replaced(command: RegisterBankAccount, replaced: BankAccount | None) -> Refusal | None:
    if replaced is None or replaced.payer_id != command.payer_id:
        return not_found("bank account of this payer", "replaces")
    if replaced.successor_id not in (None, command.bank_account_id):
        reason = f"bank account {replaced.successor_id} replaces it already"
        return Refusal(RefusalCode.WRONG_STATE, reason, field="replaces")
    if replaced.state not in (BankAccountState.REGISTERING, BankAccountState.REGISTERED, BankAccountState.REJECTED):
        return Refusal(RefusalCode.WRONG_STATE, f"it is {replaced.state}", field="replaces")
    return None


def _corrected(
    external: ExternalAccount, account: BankAccount, number: OpenedNumber, reseal: Reseal
) -> Iterator[RegisterBankAccount]:
    """A notice of change that came before this registration: the data given here are out of date already."""
    if external.corrected is None:
        return
    now = SharedAccount(**external.corrected)
    if not now.same_account(number.fingerprint, account.routing, account.account_type):
        yield correction(account, now, reseal)


def _account(
    command: RegisterBankAccount, merchant: Merchant, vendor_customer_id: str, number: OpenedNumber
) -> BankAccount:
    return BankAccount(
        id=command.bank_account_id,
        payer_id=command.payer_id,
        merchant_id=merchant.id,
        external_account_id=command.external_account_id,
        state=BankAccountState.REGISTERING,
        country=command.account.country,
        **bank_numbers(command.account)._asdict(),
        account_number_encrypted=number.encrypted,
        account_last4=number.last4,
        account_type=command.account_type,
        holder_type=command.holder_type,
        first_name=command.first_name,
        last_name=command.last_name,
        company_name=command.company_name,
        vendor_customer_id=vendor_customer_id,
        make_default=command.make_default,
        mandate_id=command.mandate_id,
        replaces=command.replaces,
    )


def handling(merchants: Merchants, open_number: OpenNumber, reseal: Reseal) -> Handling[RegisterBankAccount, Situation]:
    def load(reads: Reads, commands: Sequence[RegisterBankAccount]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        named = [name for command in commands for name in (command.bank_account_id, command.replaces)]
        accounts = reads.bank_accounts([name for name in named if name is not None])
        outside = [command.external_account_id for command in commands if command.external_account_id is not None]
        externals = {name: ExternalAccount(name) for name in outside} | dict(reads.external_accounts(outside))
        return [
            Situation(
                merchants.get(item.merchant_id),
                payers.get(item.payer_id),
                accounts.get(item.bank_account_id),
                open_number(item.account.account_number),
                externals.get(item.external_account_id or ""),
                accounts.get(item.replaces or ""),
            )
            for item in commands
        ]

    def decide_now(command: RegisterBankAccount, situation: Situation, now: datetime) -> Decision | Refusal:
        return decide(command, situation, now, reseal)

    return Handling(RegisterBankAccount, load, decide_now, existing=lambda situation: situation.account)
