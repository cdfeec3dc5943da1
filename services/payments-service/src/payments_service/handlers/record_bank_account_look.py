"""An account that a payer entered at the vendor: the one that nobody of ours claims is what they were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.payments import RequestBankAccount
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.bank_account import BankAccount, BankAccountState, oldest_request
from payments_service.domain.mandate import STOPS_LOOKING, Mandate, MandateState, next_look
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.record_bank_account import registered
from payments_service.handlers.record_bank_account_request import LOOK_FOR_BANK_ACCOUNT
from payments_service.handlers.request_mandate import request
from payments_service.handlers.standing_of_accounts import set_default
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    account: BankAccount
    accounts: Sequence[BankAccount]
    """All of the payer's."""
    mandate: Mandate | None = None
    """The one that is to come with it, where somebody has made it meanwhile."""


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    account = situation.account
    since = account.requested_at or now
    if account.state is not BankAccountState.REQUESTED:
        return Decision()
    shown = _appeared(outcome, situation)
    if shown is None:
        return Decision() if now - since >= STOPS_LOOKING else Decision(again_at=next_look(since, now))
    adopted = replace(account, state=BankAccountState.REGISTERED, **shown)
    into = Consequences()
    into.change(adopted, registered(adopted, adopted=True))
    if adopted.mandate_id is not None and situation.mandate is None:
        mandate = Mandate(
            adopted.mandate_id, adopted.id, adopted.merchant_id, MandateState.REQUESTING, kind=adopted.holder_type
        )
        into.change(mandate, work=(request(adopted, (), adopt_only=True),))
    if adopted.make_default:
        into.command(set_default(adopted))
    return into.decision()


def _appeared(outcome: Outcome, situation: Situation) -> dict[str, Any] | None:
    """Of several requests the oldest has the first account, and none has one that may be a registration's of ours."""
    accounts = situation.accounts
    if outcome.result is not Result.ANSWERED or oldest_request(accounts) != situation.account:
        return None
    if any(each.state is BankAccountState.REGISTERING for each in accounts):
        return None
    claimed = {each.vendor_bank_account_id for each in accounts}
    shown: Sequence[dict[str, Any]] = outcome.answer["accounts"]
    return next((each for each in shown if each["vendor_bank_account_id"] not in claimed), None)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    asked = reads.bank_accounts([outcome.key for outcome in outcomes])
    accounts = reads.accounts_of([account.payer_id for account in asked.values()])
    mandates = reads.mandates([account.mandate_id for account in asked.values() if account.mandate_id is not None])
    found = [asked[outcome.key] for outcome in outcomes]
    return [Situation(each, accounts[each.payer_id], mandates.get(each.mandate_id or "")) for each in found]


ANSWERING = Answering(LOOK_FOR_BANK_ACCOUNT, RequestBankAccount, load, decide)
