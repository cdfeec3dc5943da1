"""EnableBankAccount: a person takes back what a return has led to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import BankAccountEnabled, EnableBankAccount
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.bank_account import BankAccount, Cause
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.standing_of_accounts import about
from payments_service.ports import Reads

ELSEWHERE = {
    Cause.LOCK: "it is locked at accounts-service, which unlocks it",
    Cause.ARCHIVE: "it is archived at accounts-service, for good",
}


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    account: BankAccount | None


def decide(command: EnableBankAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, account = situation.merchant, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if account is None or account.merchant_id != merchant.id:
        return not_found("bank account", "bank_account_id")
    why = next((reason for cause, reason in ELSEWHERE.items() if account.has(cause)), None)
    if account.superseded_at is not None:
        why = account.why_not_debitable
    elif not account.disabled_for:
        why = "it is not disabled"
    if why is not None:
        return Refusal(RefusalCode.WRONG_STATE, why, field="bank_account_id", about=account)
    enabled = account.enabled(Cause.RETURN, Cause.PAUSE)
    return Decision(enabled, (BankAccountEnabled(**about(account), by=command.by),))


def handling(merchants: Merchants) -> Handling[EnableBankAccount, Situation]:
    def load(reads: Reads, commands: Sequence[EnableBankAccount]) -> list[Situation]:
        accounts = reads.bank_accounts([command.bank_account_id for command in commands])
        return [Situation(merchants.get(item.merchant_id), accounts.get(item.bank_account_id)) for item in commands]

    return Handling(EnableBankAccount, load, decide)
