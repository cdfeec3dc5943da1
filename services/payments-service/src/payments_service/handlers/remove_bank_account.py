"""RemoveBankAccount: deleted at the vendor, unless a payment of it is not at its end there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import BankAccountRemoved, RemoveBankAccount
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import KEEPS_IT, BankAccount, BankAccountState
from payments_service.domain.payment import Payment
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.standing_of_accounts import about
from payments_service.ports import Reads

REMOVE_BANK_ACCOUNT = "remove_bank_account"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    account: BankAccount | None
    payments: Sequence[Payment] = ()
    """Those that are not at their end at the vendor."""


def decide(command: RemoveBankAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, account = situation.merchant, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if account is None or account.merchant_id != merchant.id:
        return not_found("bank account", "bank_account_id")
    if account.state is BankAccountState.REQUESTED:
        # Nothing of it is at the vendor. What the payer may still enter there is left to other requests.
        return Decision(replace(account, state=BankAccountState.REMOVED), (BankAccountRemoved(**about(account)),))
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(RefusalCode.WRONG_STATE, f"it is {account.state}", field="bank_account_id", about=account)
    if situation.payments:
        open_one = min(situation.payments, key=lambda payment: payment.id)
        reason = f"payment {open_one.id} of it is {open_one.state}"
        return Refusal(RefusalCode.WRONG_STATE, reason, field="bank_account_id", about=account)
    payload = {
        "merchant_id": merchant.id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
    }
    removing = replace(account, state=BankAccountState.REMOVING)
    work = Work(REMOVE_BANK_ACCOUNT, payload, helcim_budget(merchant.id), Lane.PERSON)
    return Decision(removing, work=(work,))


def handling(merchants: Merchants) -> Handling[RemoveBankAccount, Situation]:
    def load(reads: Reads, commands: Sequence[RemoveBankAccount]) -> list[Situation]:
        ids = [command.bank_account_id for command in commands]
        accounts, payments = reads.bank_accounts(ids), reads.payments_on(ids, KEEPS_IT)
        return [
            Situation(
                merchants.get(item.merchant_id),
                accounts.get(item.bank_account_id),
                payments.get(item.bank_account_id, ()),
            )
            for item in commands
        ]

    return Handling(RemoveBankAccount, load, decide)
