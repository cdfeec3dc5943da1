"""The answers to an early close: the vendor's word that it is done, and then the batch as it is listed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import CommandRefused, SettleBatch
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Work
from bankrails_messaging.refusals import refused
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.batch import Batch, BatchShown, BatchState
from settlement_watcher.domain.batch_looks import MEMBERS_EVERY
from settlement_watcher.handlers.batch_steps import Step, close, plan_reconciliation, show
from settlement_watcher.handlers.batch_work import CONFIRM_CLOSE, SETTLE, confirm_close
from settlement_watcher.handlers.look_after_mandate import LATE, LOOK
from settlement_watcher.reconciling_ports import Members, ReconcilingReads

NOT_SHOWN_AGAIN = timedelta(minutes=1)
"""Done as the vendor says, and its list does not show it yet, or could not be read."""
LOOKS_MAX = 60
NEVER_SHOWN = RefusalCode.VENDOR_OUTCOME_UNKNOWN


@dataclass(frozen=True)
class Situation:
    batch: Batch
    members: Members
    unseen: int


def settle_answered(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    batch = situation.batch
    if outcome.result is Result.UNKNOWN and not outcome.ended:
        return Decision()  # it is looked up; what comes of that is a further outcome
    if outcome.result is not Result.ANSWERED:
        return refused(CommandRefused, outcome, SettleBatch, batch)
    payload = {"merchant_id": batch.merchant_id, "purpose": LATE}
    look = Work(LOOK, payload, helcim_budget(batch.merchant_id), Lane.LOOK_UP)
    return Decision(work=(look, confirm_close(batch)))


def close_confirmed(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    found = outcome.answer.get("batch") if outcome.result is Result.ANSWERED else None
    looks = outcome.payload.get("looks", 0) + 1
    step = Step(situation.batch)
    if found is not None:
        show(step, BatchShown.from_json(found), now)
        close(step, situation.members, situation.unseen, now)
        plan_reconciliation(step, now)
    told = step.decision(situation.batch) or Decision()
    if step.batch.state in (BatchState.CLOSED, BatchState.SETTLED):
        return told
    if looks >= LOOKS_MAX:
        return refused(
            CommandRefused, outcome, SettleBatch, step.batch, code=NEVER_SHOWN, reason="it is never shown closed"
        )
    waits_for_members = step.batch.seen_closed_at is not None
    again_at = now + (MEMBERS_EVERY if waits_for_members else NOT_SHOWN_AGAIN)
    return replace(told, again_at=again_at, again_payload=outcome.payload | {"looks": looks})


def answerings() -> list[Answering[Situation]]:
    def load(reads: ReconcilingReads, outcomes: Sequence[Outcome]) -> list[Situation]:
        batches = reads.batches([outcome.key for outcome in outcomes])
        situations = []
        for outcome in outcomes:
            batch, shown = batches[outcome.key], outcome.answer.get("batch")
            closed_at = BatchShown.from_json(shown).closed_at if shown else batch.closed_at
            unseen = 0 if closed_at is None else reads.may_be_in(batch.merchant_id, closed_at)
            members = reads.members(batch.merchant_id, [batch.id]).get(batch.id, Members())
            situations.append(Situation(batch, members, unseen))
        return situations

    return [
        Answering(SETTLE, SettleBatch, load, settle_answered),
        Answering(CONFIRM_CLOSE, SettleBatch, load, close_confirmed),
    ]
