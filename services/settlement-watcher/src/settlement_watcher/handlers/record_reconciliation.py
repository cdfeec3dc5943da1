"""The answers of a comparison: the vendor's sums, its rows page by page, what no page showed, and the result.

Each answer is decided on by itself, and what it found is told with it; what the next needs travels in the work's payload,
so a restart goes on from there. A row that says something new of a payment is observed like any other look's: only what
contradicts our books when they are up to date is a difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import (
    BatchReconciled,
    CommandRefused,
    DiscrepancyKind,
    KindTotal,
    ReconcileBatch,
    VendorTransaction,
)
from bankrails_helcim.endpoints import TRANSACTIONS_PER_PAGE_MAX
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import code_after_read, refused

from settlement_watcher.domain.batch import Batch, BatchShown, Kind, Total, Totals, totals_as_json, totals_from_json
from settlement_watcher.domain.discrepancy import Difference, Discrepancy
from settlement_watcher.domain.list_reading import ListReading, turn
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.open_outcome import OpenOutcome
from settlement_watcher.domain.reconciliation import Tally, our_totals, sum_differences, unlisted
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers import discrepancies
from settlement_watcher.handlers.batch_work import RECONCILE, RECONCILE_ASKED, ask_missing
from settlement_watcher.handlers.compared_rows import compared
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.reconciling_ports import Member, ReconcilingReads

FAILED_AFTER = timedelta(minutes=15)
DAYS_APART = timedelta(days=1)
"""The vendor's dates have no zone that can be relied on: a day wider at each end."""
WINDOW_MAX = timedelta(days=30)
"""What was made earlier and waited for its mandate is asked for by itself."""
SINGLES_MAX = 50
ELSEWHERE = frozenset(
    {
        DiscrepancyKind.MISSING_AT_VENDOR,
        DiscrepancyKind.REFUNDED_AND_RETURNED,
        DiscrepancyKind.CONTESTED_WITHOUT_END,
    }
)
"""Found and ended elsewhere: that a comparison does not find them does not mean that they are gone."""


@dataclass(frozen=True)
class Situation:
    batch: Batch
    owners: dict[str, WatchedPayment] = field(default_factory=dict)
    """By the vendor's id: the payments that rows of this answer are, or undo."""
    members: Sequence[Member] = ()
    known: dict[str, Discrepancy] = field(default_factory=dict)
    open: Sequence[Discrepancy] = ()
    outcomes: Sequence[OpenOutcome] = ()
    missing: Sequence[WatchedPayment] = ()


@dataclass(frozen=True)
class Run:
    """One comparison, as far as it has come: what stands in the work's payload."""

    payload: dict[str, Any]
    tally: Tally
    found: tuple[str, ...]

    @classmethod
    def of(cls, payload: dict[str, Any]) -> "Run":
        stored = payload.get("tally")
        return cls(payload, Tally() if stored is None else Tally.from_json(stored), tuple(payload.get("found", ())))

    def next(self, phase: str, **changed: Any) -> dict[str, Any]:
        known = {"tally": self.tally.as_json(), "found": sorted(set(self.found)), "phase": phase}
        return self.payload | known | changed


def answerings(merchants: Merchants) -> list[Answering[Situation]]:
    def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        merchant_id = outcome.payload["merchant_id"]
        if merchants.get(merchant_id) is None:
            return Decision()
        phase, run = outcome.payload["phase"], Run.of(outcome.payload)
        not_shown = phase == "singles" and outcome.result is Result.REJECTED and not outcome.not_permitted
        if outcome.result is not Result.ANSWERED and not not_shown:
            return _failed(outcome, situation.batch, now)
        match phase:
            case "totals":
                return _begun(outcome, situation, run, now)
            case "pages" | "singles":
                return _read(outcome, situation, run, merchants, now)
            case _:
                return _compared(situation, run, now)

    return [
        Answering(RECONCILE, None, _load_all, decide),
        Answering(RECONCILE_ASKED, ReconcileBatch, _load_all, decide),
    ]


def _failed(outcome: Outcome, batch: Batch, now: datetime) -> Decision:
    if outcome.kind == RECONCILE_ASKED:
        return refused(CommandRefused, outcome, ReconcileBatch, batch, code=code_after_read(outcome.result))
    return Decision(again_at=now + FAILED_AFTER)


def _begun(outcome: Outcome, situation: Situation, run: Run, now: datetime) -> Decision:
    found = outcome.answer["batch"]
    shown = None if found is None else BatchShown.from_json(found)
    if shown is None or not shown.closed:
        if outcome.kind == RECONCILE_ASKED:
            reason = "the vendor does not list this batch as closed"
            code = RefusalCode.WRONG_STATE
            return refused(CommandRefused, outcome, ReconcileBatch, situation.batch, code=code, reason=reason)
        return Decision(again_at=now + FAILED_AFTER)
    closed_at = shown.closed_at or situation.batch.closed_at or now
    begun_at = [member.since for member in situation.members if member.since >= closed_at - WINDOW_MAX]
    opened_at = shown.opened_at or situation.batch.opened_at
    start = max(min([closed_at, *begun_at, *([opened_at] if opened_at else [])]), closed_at - WINDOW_MAX)
    reading = ListReading(_day(start - DAYS_APART), _day(closed_at + DAYS_APART))
    return Decision(
        again_at=now,
        again_payload=run.next("pages", vendor=totals_as_json(shown.totals), reading=reading.as_json()),
    )


def _read(outcome: Outcome, situation: Situation, run: Run, merchants: Merchants, now: datetime) -> Decision:
    batch = situation.batch
    rows = [Observation.from_json(row) for row in outcome.answer.get("rows", ())]
    result = compared(rows, situation.owners, batch, situation.outcomes, merchants.calendar(batch.merchant_id), now)
    found = discrepancies.ids((*result.differences, *result.not_yet), batch.merchant_id)
    run = replace(run, tally=run.tally.with_rows(rows, batch.id), found=(*run.found, *found))
    payload = run.payload
    if payload["phase"] == "pages":
        reading = ListReading.from_json(payload["reading"])
        turned = turn(reading, outcome.answer["ids"], TRANSACTIONS_PER_PAGE_MAX)
        if turned.next is not None:
            again = run.next("pages", reading=turned.next.as_json())
        else:
            vendor_ids = {
                member.vendor_payment_id: member.id for member in situation.members if member.vendor_payment_id
            }
            ids = set(unlisted(vendor_ids, run.tally.seen))
            singles = [[item.id, item.vendor_payment_id] for item in situation.members if item.id in ids][:SINGLES_MAX]
            again = run.next("singles" if singles else "result", singles=singles, missing=[])
    else:
        (asked_id, _), *rest = payload["singles"]
        missing = payload["missing"] if outcome.result is Result.ANSWERED else [*payload["missing"], asked_id]
        again = run.next("singles" if rest else "result", singles=rest, missing=missing)
    told = discrepancies.told(result.differences, situation.known, batch.merchant_id, now)
    return Decision(again_at=now, again_payload=again, also=(*result.payments, *told))


def _compared(situation: Situation, run: Run, now: datetime) -> Decision:
    batch = situation.batch
    vendor = totals_from_json(run.payload["vendor"])
    rows = run.tally.as_summed(vendor)
    sums = sum_differences(batch.id, rows, vendor)
    members = ((item.is_refund, item.state, item.amount_minor) for item in situation.members)
    ours = our_totals(members, run.tally.counted_undone(vendor))
    found = {*run.found, *discrepancies.ids(sums, batch.merchant_id)}
    gone = [item for item in situation.open if item.id not in found and (item.kind not in ELSEWHERE)]
    asks = [
        Decision(learned(payment, missing_since=now), work=(ask_missing(payment, now),))
        for payment in situation.missing
        if payment.missing_since is None
    ]
    totals = tuple(_kind_total(kind, ours, rows, vendor) for kind in Kind)
    event = BatchReconciled(
        merchant_id=batch.merchant_id,
        vendor_batch_id=batch.id,
        agrees=not found and not run.payload["missing"] and all(_agrees(total) for total in totals),
        totals=totals,
        currency=batch.currency,
        discrepancies=len(found),
        reconciled_at=now,
    )
    return Decision(
        replace(batch, reconciled_at=now),
        (event,),
        also=(
            *discrepancies.told(sums, situation.known, batch.merchant_id, now),
            *discrepancies.agreed(gone, now),
            *asks,
        ),
    )


def _kind_total(kind: Kind, ours: Totals, rows: Totals, vendor: Totals) -> KindTotal:
    own, listed, summed = (totals.get(kind, Total()) for totals in (ours, rows, vendor))
    return KindTotal(
        kind=kind,
        ours=own.count,
        ours_minor=own.minor,
        rows=listed.count,
        rows_minor=listed.minor,
        vendor=summed.count,
        vendor_minor=summed.minor,
    )


def _agrees(total: KindTotal) -> bool:
    counts = {total.ours, total.rows, total.vendor}
    return len(counts) == 1 and len({total.ours_minor, total.rows_minor, total.vendor_minor}) == 1


def _day(at: datetime) -> Any:
    return wall_date(at, MOUNTAIN_TIME)


def _load_all(reads: ReconcilingReads, outcomes: Sequence[Outcome]) -> list[Situation]:
    batches = reads.batches([outcome.key for outcome in outcomes])
    return [_load(reads, outcome, batches[outcome.key]) for outcome in outcomes]


def _load(reads: ReconcilingReads, outcome: Outcome, batch: Batch) -> Situation:
    payload, merchant_id = outcome.payload, batch.merchant_id
    rows = [Observation.from_json(row) for row in outcome.answer.get("rows", ())]
    undone = (row.original_vendor_payment_id for row in rows if row.transaction_type == VendorTransaction.REVERSE)
    vendor_ids = {row.vendor_payment_id for row in rows} | {id for id in undone if id is not None}
    owners = {item.vendor_payment_id or "": item for item in reads.watched_as(merchant_id, sorted(vendor_ids))}
    possible: list[Difference] = []
    if payload["phase"] == "result":
        vendor = totals_from_json(payload["vendor"])
        possible += sum_differences(batch.id, Run.of(payload).tally.as_summed(vendor), vendor)
    ids = discrepancies.ids(possible, merchant_id) + discrepancies.ids_of_rows(rows, merchant_id)
    return Situation(
        batch=batch,
        owners=owners,
        members=reads.member_list(merchant_id, batch.id),
        known=dict(reads.discrepancies(ids)),
        open=reads.open_discrepancies_of(batch.id) if payload["phase"] == "result" else (),
        outcomes=reads.open_outcomes(merchant_id) if rows else (),
        missing=list(reads.payments(payload.get("missing", [])).values()),
    )
