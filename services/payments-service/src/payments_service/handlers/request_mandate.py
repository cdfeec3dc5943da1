"""RequestMandate: a pre-authorized debit agreement for one bank account."""

from collections.abc import Iterable, Mapping, Sequence
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
from payments_service.domain.payer import Payer
from payments_service.handlers.merchants import EMAIL_MISSING, UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.ports import Reads

REQUEST_MANDATE = "request_mandate"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    account: BankAccount | None
    mandate: Mandate | None
    payer: Payer | None = None
    others: Sequence[Mandate] = ()
    """The mandates of the account so far."""


def decide(command: RequestMandate, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, account, payer = situation.merchant, situation.account, situation.payer
    if merchant is None:
        return UNKNOWN_MERCHANT
    if account is None or account.merchant_id != merchant.id:
        return not_found("bank account", "bank_account_id")
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(RefusalCode.WRONG_STATE, f"the bank account is {account.state}", field="bank_account_id")
    if account.superseded_at is not None:
        return Refusal(RefusalCode.ACCOUNT_DISABLED, account.why_not_debitable or "", field="bank_account_id")
    if payer is not None and payer.email is None:
        return EMAIL_MISSING
    active = next((each for each in situation.others if each.state is MandateState.ACCEPTED), None)
    if active is not None:
        # The vendor makes no second one beside it, and would mail the payer for nothing.
        reason = f"its mandate {active.id} is in force: revoke it first"
        return Refusal(RefusalCode.WRONG_STATE, reason, field="bank_account_id", about=account)
    mandate = Mandate(
        command.mandate_id,
        account.id,
        merchant.id,
        MandateState.REQUESTING,
        kind=account.holder_type,
        one_time=command.one_time,
        pre_notification_days=command.pre_notification_days,
    )
    return Decision(mandate, work=(request(account, situation.others),))


def request(account: BankAccount, others: Iterable[Mandate], *, adopt_only: bool = False) -> Work:
    """The vendor's call; with `adopt_only` nothing is mailed, and the agreement that is there already is waited for."""
    ended = (MandateState.USED_UP, MandateState.REVOKED)
    payload = {
        "merchant_id": account.merchant_id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
        "ended": [each.vendor_mandate_id for each in others if each.state in ended and each.vendor_mandate_id],
        "adopt_only": adopt_only,
    }
    return Work(REQUEST_MANDATE, payload, helcim_budget(account.merchant_id), Lane.PERSON, gate=mandate_gate(account))


def mandate_gate(account: BankAccount) -> str:
    """One at a time per account: two that list before either acts would both take the same agreement for their own."""
    return f"{account.merchant_id}/account/{account.vendor_bank_account_id}"


def handling(merchants: Merchants) -> Handling[RequestMandate, Situation]:
    def load(reads: Reads, commands: Sequence[RequestMandate]) -> list[Situation]:
        accounts = reads.bank_accounts([command.bank_account_id for command in commands])
        mandates = reads.mandates([command.mandate_id for command in commands])
        payers = reads.payers([account.payer_id for account in accounts.values()])
        others = reads.mandates_of(accounts)
        return [
            Situation(
                merchants.get(item.merchant_id),
                accounts.get(item.bank_account_id),
                mandates.get(item.mandate_id),
                _payer(payers, accounts.get(item.bank_account_id)),
                others.get(item.bank_account_id, ()),
            )
            for item in commands
        ]

    return Handling(RequestMandate, load, decide, existing=lambda situation: situation.mandate)


def _payer(payers: Mapping[str, Payer], account: BankAccount | None) -> Payer | None:
    return None if account is None else payers.get(account.payer_id)
