"""SetDefaultBankAccount: the default is the payer's, so the payer is the aggregate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import SetDefaultBankAccount
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.payer import Payer
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.ports import Reads

SET_DEFAULT = "set_default_bank_account"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None
    account: BankAccount | None


def decide(command: SetDefaultBankAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, payer, account = situation.merchant, situation.payer, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if account is None or account.payer_id != payer.id:
        return not_found("bank account of this payer", "bank_account_id")
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(
            RefusalCode.WRONG_STATE, f"the bank account is {account.state}", field="bank_account_id", about=payer
        )
    payload = {
        "merchant_id": merchant.id,
        "bank_account_id": account.id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
    }
    return Decision(payer, work=(Work(SET_DEFAULT, payload, helcim_budget(merchant.id), Lane.PERSON),))


def handling(merchants: Merchants) -> Handling[SetDefaultBankAccount, Situation]:
    def load(reads: Reads, commands: Sequence[SetDefaultBankAccount]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        accounts = reads.bank_accounts([command.bank_account_id for command in commands])
        return [
            Situation(merchants.get(item.merchant_id), payers.get(item.payer_id), accounts.get(item.bank_account_id))
            for item in commands
        ]

    return Handling(SetDefaultBankAccount, load, decide)
