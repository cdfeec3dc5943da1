"""UpdateMandate: accepted or revoked at the vendor by the merchant, on the payer's behalf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import MandateAction, UpdateMandate
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.request_mandate import mandate_gate
from payments_service.ports import Reads

UPDATE_MANDATE = "update_mandate"

ALLOWED_IN = {
    MandateAction.ACCEPT: frozenset({MandateState.REQUESTED}),
    MandateAction.REVOKE: frozenset({MandateState.REQUESTED, MandateState.ACCEPTED}),
}
"""What has ended is not revived: consent that was withdrawn is asked for anew, by another mandate."""


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    mandate: Mandate | None
    account: BankAccount | None
    others: Sequence[Mandate] = ()
    """All mandates of the account."""


def decide(command: UpdateMandate, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, mandate, account = situation.merchant, situation.mandate, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if mandate is None or account is None or mandate.merchant_id != merchant.id:
        return not_found("mandate", "mandate_id")
    if mandate.state not in ALLOWED_IN[command.action]:
        return Refusal(RefusalCode.WRONG_STATE, f"it is {mandate.state}", field="action", about=mandate)
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(
            RefusalCode.WRONG_STATE, f"its bank account is {account.state}", field="mandate_id", about=mandate
        )
    active = next((each for each in situation.others if each.state is MandateState.ACCEPTED), None)
    if command.action is MandateAction.ACCEPT and active is not None:
        reason = f"mandate {active.id} of the same bank account is active, and there is one at most"
        return Refusal(RefusalCode.WRONG_STATE, reason, field="action", about=mandate)
    work = update(mandate, account, command.action, ip_address=command.ip_address, reason=command.reason)
    return Decision(mandate, work=(work,))


def update(
    mandate: Mandate,
    account: BankAccount,
    action: MandateAction,
    *,
    ip_address: str | None = None,
    reason: str | None = None,
    commanded: bool = True,
) -> Work:
    """The vendor's call. Not `commanded`: ours is changed already, and the vendor is made to follow until it does."""
    payload = {
        "merchant_id": mandate.merchant_id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
        "vendor_mandate_id": mandate.vendor_mandate_id,
        "kind": mandate.kind,
        "action": action.value,
        "ip_address": ip_address,
        "reason": reason,
        "commanded": commanded,
    }
    lane = Lane.PERSON if commanded else Lane.LOOK_UP
    return Work(UPDATE_MANDATE, payload, helcim_budget(mandate.merchant_id), lane, gate=mandate_gate(account))


def handling(merchants: Merchants) -> Handling[UpdateMandate, Situation]:
    def load(reads: Reads, commands: Sequence[UpdateMandate]) -> list[Situation]:
        mandates = reads.mandates([command.mandate_id for command in commands])
        accounts = reads.bank_accounts([mandate.bank_account_id for mandate in mandates.values()])
        others = reads.mandates_of(accounts)
        situations = []
        for item in commands:
            mandate = mandates.get(item.mandate_id)
            account_id = "" if mandate is None else mandate.bank_account_id
            situations.append(
                Situation(
                    merchants.get(item.merchant_id), mandate, accounts.get(account_id), others.get(account_id, ())
                )
            )
        return situations

    return Handling(UpdateMandate, load, decide)
