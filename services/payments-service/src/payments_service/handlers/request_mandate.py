"""RequestMandate: a pre-authorized debit agreement for one bank account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import RequestMandate
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.ports import Reads

REQUEST_MANDATE = "request_mandate"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    account: BankAccount | None
    mandate: Mandate | None


def decide(command: RequestMandate, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, account = situation.merchant, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if account is None or account.merchant_id != merchant.id:
        return not_found("bank account", "bank_account_id")
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(RefusalCode.WRONG_STATE, f"the bank account is {account.state}", field="bank_account_id")
    mandate = Mandate(command.mandate_id, account.id, merchant.id, MandateState.REQUESTING)
    payload = {
        "merchant_id": merchant.id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
    }
    # One at a time per account: two that list before either acts would both take the same agreement for their own.
    gate = f"{merchant.id}/account/{account.vendor_bank_account_id}"
    work = Work(REQUEST_MANDATE, payload, helcim_budget(merchant.id), Lane.PERSON, gate=gate)
    return Decision(mandate, work=(work,))


def handling(merchants: Merchants) -> Handling[RequestMandate, Situation]:
    def load(reads: Reads, commands: Sequence[RequestMandate]) -> list[Situation]:
        accounts = reads.bank_accounts([command.bank_account_id for command in commands])
        mandates = reads.mandates([command.mandate_id for command in commands])
        return [
            Situation(
                merchants.get(item.merchant_id), accounts.get(item.bank_account_id), mandates.get(item.mandate_id)
            )
            for item in commands
        ]

    return Handling(RequestMandate, load, decide, existing=lambda situation: situation.mandate)
