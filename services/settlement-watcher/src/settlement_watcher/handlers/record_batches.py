"""The answer to a look at a merchant's batches, and what time alone has brought about: overdue, unclaimed, never shown.

One decision for each look, so each of these is said once, whatever happens between two of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bankrails_contracts.settlement import DiscrepancyKind
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Standing

from settlement_watcher.domain.batch import Batch, BatchShown, BatchState
from settlement_watcher.domain.batch_looks import next_batch_look
from settlement_watcher.domain.discrepancy import Discrepancy
from settlement_watcher.domain.open_outcome import OpenOutcome
from settlement_watcher.domain.unclaimed_row import UnclaimedRow
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers import discrepancies
from settlement_watcher.handlers.batch_steps import Step, close, first_seen, plan_reconciliation, settled, show
from settlement_watcher.handlers.batch_work import BATCHES, ask_missing
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.overdue import overdue
from settlement_watcher.handlers.unclaimed import nobodys, unclaimed_differences
from settlement_watcher.reconciling_ports import Members, ReconcilingReads

KNOWN_FROM = timedelta(days=7)
"""A batch that closed before that, and in which nothing of ours is, was there before we were."""
FAILED_AFTER = timedelta(minutes=15)
PAYMENTS_MAX = 200
"""Of one decision; the rest is said a second later."""
NEVER_SHOWN_AFTER = timedelta(hours=24)
MORE_AFTER = timedelta(seconds=1)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Situation:
    known: Mapping[str, Batch]
    """Those of the answer, and all of ours that are not settled."""
    members: Mapping[str, Members]
    unseen: Mapping[str, int]
    """By batch that is closing: payments that may be in it and were not seen since."""
    may_be_open: bool
    first_batches: bool
    in_settlement: Sequence[WatchedPayment]
    never_shown: Sequence[WatchedPayment]
    unclaimed: Sequence[UnclaimedRow]
    outcomes: Sequence[OpenOutcome]
    unknown_to_us: Sequence[Discrepancy]
    """That are open."""
    known_discrepancies: Mapping[str, Discrepancy]
    claimed: frozenset[str]
    """Vendor's ids of rows in `unknown_to_us` that turned out to be ours."""


def answering(merchants: Merchants) -> Answering[Situation]:
    def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        merchant = merchants.get(outcome.payload["merchant_id"])
        if merchant is None:
            return Decision()
        answered = outcome.result is Result.ANSWERED
        listed = [BatchShown.from_json(item) for item in (outcome.answer.get("batches") or ())] if answered else []
        steps = _steps(listed, situation, merchant.id, merchant.currency, now)
        batches = [made for id, step in steps.items() if (made := step.decision(situation.known.get(id))) is not None]
        differences = unclaimed_differences(situation.unclaimed, situation.outcomes, now)
        claimed = [item for item in situation.unknown_to_us if item.vendor_payment_id in situation.claimed]
        calendar = merchants.calendar(merchant.id)
        late = (
            []
            if merchant.holds_funding
            else overdue(situation.in_settlement, calendar, now, first_batches=situation.first_batches)
        )
        missing = [
            Decision(learned(payment, missing_since=now), work=(ask_missing(payment, now),))
            for payment in situation.never_shown
            if payment.since <= now - NEVER_SHOWN_AFTER
        ]
        open_now = any(step.batch.state is BatchState.OPEN for step in steps.values()) or situation.may_be_open
        waits = any(_closing(step.batch) for step in steps.values())
        look = next_batch_look(
            merchants.zone(merchant.id),
            calendar,
            now,
            open_batches=open_now,
            waits_for_members=waits,
            unclaimed_since=[row.first_seen_at for row in situation.unclaimed],
        )
        at, asks = look.at, look.asks
        if not answered:
            at, asks = min(at, now + FAILED_AFTER), True
        elif open_now and not waits and outcome.answer["batches"] is None:
            at, asks = now + MORE_AFTER, True  # something was opened after this look was planned
        if len(late) + len(missing) >= PAYMENTS_MAX:
            at, asks = now + MORE_AFTER, False
        return Decision(
            again_at=at,
            again_payload={"merchant_id": merchant.id, "asks": asks},
            also=(
                *batches,
                *discrepancies.told(differences, situation.known_discrepancies, merchant.id, now),
                *discrepancies.agreed(claimed, now),
                *late,
                *missing,
            ),
        )

    return Answering(BATCHES, None, _load_all, decide)


def _steps(
    listed: Sequence[BatchShown], situation: Situation, merchant_id: str, currency: Any, now: datetime
) -> dict[str, Step]:
    steps = {batch.id: Step(batch) for batch in situation.known.values() if batch.merchant_id == merchant_id}
    for shown in listed:
        if shown.id not in steps:
            old = shown.closed and (shown.closed_at or now) < now - KNOWN_FROM
            if shown.id in situation.known or (old and shown.id not in situation.members):
                continue
            steps[shown.id] = first_seen(shown, merchant_id, currency)
        show(steps[shown.id], shown, now)
    for id, step in steps.items():
        close(step, situation.members.get(id, Members()), situation.unseen.get(id, 0), now)
        plan_reconciliation(step, now)
        settled(step, situation.members.get(id), now)
    return steps


def _closing(batch: Batch) -> bool:
    return batch.state is BatchState.OPEN and batch.seen_closed_at is not None


def _load_all(reads: ReconcilingReads, outcomes: Sequence[Outcome]) -> list[Situation]:
    return [_load(reads, outcome) for outcome in outcomes]


def _load(reads: ReconcilingReads, outcome: Outcome) -> Situation:
    merchant_id = outcome.payload["merchant_id"]
    listed = [BatchShown.from_json(item) for item in (outcome.answer.get("batches") or ())]
    known = {batch.id: batch for batch in reads.batches_of(merchant_id, (BatchState.OPEN, BatchState.CLOSED))}
    known |= reads.batches([batch.id for batch in listed])
    closed_at = {batch.id: batch.closed_at for batch in listed if batch.closed}
    closed_at |= {batch.id: batch.closed_at for batch in known.values() if _closing(batch)}
    unseen = {
        id: reads.may_be_in(merchant_id, at)
        for id, at in closed_at.items()
        if at is not None and (id not in known or known[id].state is BatchState.OPEN)
    }
    unclaimed = reads.unclaimed_since(merchant_id, FOR_EVER)
    unknown_to_us = reads.open_discrepancies(merchant_id, (DiscrepancyKind.UNKNOWN_TO_US,))
    could_be_told = discrepancies.ids(map(nobodys, unclaimed), merchant_id)
    row_ids = [item.vendor_payment_id for item in unknown_to_us if item.vendor_payment_id is not None]
    still_unclaimed = {row.id for row in unclaimed}
    watched = {payment.vendor_payment_id or "" for payment in reads.watched_as(merchant_id, row_ids)}
    rows = reads.unclaimed(row_ids)
    return Situation(
        known=known,
        members=reads.members(merchant_id, [*known, *closed_at]),
        unseen=unseen,
        may_be_open=reads.before_the_close(merchant_id),
        first_batches=not reads.has_settled(merchant_id),
        in_settlement=reads.longest_in_settlement(merchant_id, PAYMENTS_MAX),
        never_shown=reads.never_shown(merchant_id, PAYMENTS_MAX),
        unclaimed=unclaimed,
        outcomes=reads.open_outcomes(merchant_id),
        unknown_to_us=unknown_to_us,
        known_discrepancies=reads.discrepancies(could_be_told),
        claimed=frozenset(watched | (rows.keys() - still_unclaimed)),
    )


def standing(merchants: Merchants) -> list[Standing]:
    """One look for each merchant, for ever."""
    return [
        Standing(BATCHES, merchant_id, {"merchant_id": merchant_id, "asks": True}, helcim_budget(merchant_id))
        for merchant_id in merchants.by_id
    ]
