"""RequestBankAccount: the payer is asked by mail to enter bank details and a mandate. One command, one mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.ids import derived_id
from bankrails_contracts.payments import RequestBankAccount
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers.merchants import EMAIL_MISSING, UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.register_bank_account import customer_gate
from payments_service.ports import Reads

REQUEST_BANK_ACCOUNT = "request_bank_account"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None
    account: BankAccount | None
    mandate: Mandate | None = None


def decide(command: RequestBankAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, payer = situation.merchant, situation.payer
    if merchant is None:
        return UNKNOWN_MERCHANT
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if payer.state is not PayerState.REGISTERED or payer.vendor_customer_id is None:
        return Refusal(RefusalCode.WRONG_STATE, f"the payer is {payer.state}, not registered", field="payer_id")
    if payer.email is None:
        return EMAIL_MISSING
    if situation.mandate is not None:
        return Refusal(RefusalCode.CONFLICT, "there is a mandate with this id already", field="mandate_id")
    account = BankAccount(
        id=command.bank_account_id,
        payer_id=payer.id,
        merchant_id=merchant.id,
        external_account_id=None,
        state=BankAccountState.REQUESTING,
        country=merchant.country,
        institution_number=None,
        transit_number=None,
        routing_number=None,
        account_number_encrypted="",
        account_last4="",
        account_type="",
        holder_type="",
        first_name=None,
        last_name=None,
        company_name=None,
        vendor_customer_id=payer.vendor_customer_id,
        make_default=command.make_default,
        mandate_id=command.mandate_id or derived_id("requested mandate", command.bank_account_id),
        requested_at=now,
    )
    payload = {"merchant_id": merchant.id, "vendor_customer_id": payer.vendor_customer_id}
    gate = customer_gate(payer)
    work = Work(REQUEST_BANK_ACCOUNT, payload, helcim_budget(merchant.id), Lane.PERSON, gate=gate)
    return Decision(account, work=(work,))


def handling(merchants: Merchants) -> Handling[RequestBankAccount, Situation]:
    def load(reads: Reads, commands: Sequence[RequestBankAccount]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        accounts = reads.bank_accounts([command.bank_account_id for command in commands])
        mandates = reads.mandates([command.mandate_id for command in commands if command.mandate_id is not None])
        return [
            Situation(
                merchants.get(item.merchant_id),
                payers.get(item.payer_id),
                accounts.get(item.bank_account_id),
                mandates.get(item.mandate_id or ""),
            )
            for item in commands
        ]

    return Handling(RequestBankAccount, load, decide, existing=lambda situation: situation.account)
