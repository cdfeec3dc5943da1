"""A correction carried out: stored with what it replaced, and told with its number sealed to payments-service.

It counts from the moment it is stored; it is told once the peer's key was read, and tried until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import AppliedBy, ApplyNotificationOfChange, Before, ExternalAccountCorrected
from bankrails_contracts.parts import BankNumbers, account_at
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.applied_change import AppliedChange
from accounts_service.domain.correction import Correction, applied
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.record_shared_number import AGAIN_AFTER, holder_of
from accounts_service.handlers.rules import PAYMENTS_BUDGET, Rules
from accounts_service.handlers.standing_account import acting
from accounts_service.handlers.update_external_account import updated_event
from accounts_service.ports import Reads

SHARE_CORRECTION = "share_correction"


def corrected(
    account: ExternalAccount,
    correction: Correction,
    changed: dict[str, Any],
    by: AppliedBy,
    rules: Rules,
    now: datetime,
) -> Decision:
    after, kept = applied(acting(account), correction, changed, by, now)
    if rules.share:
        payload = {"external_account_id": account.id, "applied_change_id": kept.id}
        work = Work(SHARE_CORRECTION, payload, PAYMENTS_BUDGET, Lane.PERSON)
        return Decision(after, work=(work,), also=(Decision(kept),))
    kept = replace(kept, told_at=now)
    return Decision(after, (updated_event(account, after),), also=(Decision(kept),))


@dataclass(frozen=True)
class Situation:
    account: ExternalAccount
    change: AppliedChange


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    account, change = situation.account, situation.change
    if outcome.result is not Result.ANSWERED:
        return Decision(again_at=now + AGAIN_AFTER)
    bank = BankNumbers(account.institution_number, account.transit_number, account.routing_number)
    event = ExternalAccountCorrected(
        external_account_id=account.id,
        user_id=account.user_id,
        code=change.code,
        account=account_at(account.country, bank, outcome.answer["account_number"]),
        account_type=account.account_type,
        account_masked=account.masked,
        holder=holder_of(account),
        before=Before(
            account_masked=None if change.account_last4 is None else f"******{change.account_last4}",
            routing_number=change.routing_number,
            account_type=change.account_type,
            name=_name(change),
        ),
        applied_by=AppliedBy(change.applied_by),
        payment_id=change.payment_id,
    )
    return Decision(account, (event,), also=(Decision(replace(change, told_at=now)),))


def _name(change: AppliedChange) -> str | None:
    names = [name for name in (change.company_name, change.first_name, change.last_name) if name is not None]
    return " ".join(names) or None


def _load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    accounts = reads.external_accounts([outcome.key for outcome in outcomes])
    ids = [outcome.payload["applied_change_id"] for outcome in outcomes]
    kept = reads.applied_changes(ids)
    return [Situation(accounts[outcome.key], kept[each]) for outcome, each in zip(outcomes, ids, strict=True)]


ANSWERING = Answering(SHARE_CORRECTION, ApplyNotificationOfChange, _load, decide)
