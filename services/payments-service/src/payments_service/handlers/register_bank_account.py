"""RegisterBankAccount: the payer's account at the vendor, which mails the payer an authorization."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.parts import UsAccount, bank_numbers
from bankrails_contracts.payments import RegisterBankAccount
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
    OpenedNumber,
)
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
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


def decide(command: RegisterBankAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, payer, number = situation.merchant, situation.payer, situation.number
    if merchant is None:
        return UNKNOWN_MERCHANT
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if payer.state is not PayerState.REGISTERED or payer.vendor_customer_id is None:
        return Refusal(RefusalCode.WRONG_STATE, f"the payer is {payer.state}, not registered", field="payer_id")
    if payer.email is None:
        return Refusal(
            RefusalCode.EMAIL_MISSING, "the payer has no billing e-mail, and the vendor asks by e-mail", field="email"
        )
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
    account = _account(command, merchant, payer.vendor_customer_id, number)
    payload = {"merchant_id": merchant.id, "bank_account_id": account.id}
    # One at a time per customer: two that list before either creates would both take the same account for their own.
    gate = f"{merchant.id}/customer/{payer.vendor_customer_id}"
    work = Work(CREATE_BANK_ACCOUNT, payload, helcim_budget(merchant.id), Lane.PERSON, gate=gate)
    return Decision(account, work=(work,))


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
    )


def handling(merchants: Merchants, open_number: OpenNumber) -> Handling[RegisterBankAccount, Situation]:
    def load(reads: Reads, commands: Sequence[RegisterBankAccount]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        accounts = reads.bank_accounts([command.bank_account_id for command in commands])
        return [
            Situation(
                merchants.get(item.merchant_id),
                payers.get(item.payer_id),
                accounts.get(item.bank_account_id),
                open_number(item.account.account_number),
            )
            for item in commands
        ]

    return Handling(RegisterBankAccount, load, decide, existing=lambda situation: situation.account)
