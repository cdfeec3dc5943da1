"""The answer to one call of a sweep: what it has shown, and what is asked next; at the end of the sweep, when to look again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bankrails_contracts.settlement import VendorPaymentObserved, VendorTransaction
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Standing
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.claims import final_from
from settlement_watcher.domain.looks import RETURNED_FOR, Pending, is_followed, next_look, pending
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.sweep_plan import Cursor
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, claimed, row_seen
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.look_after_mandate import LOOK
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.observed import Told, is_due, observed, time_has_come
from settlement_watcher.ports import OpenPayments, Reads

SWEEP = "sweep"
FAILED_AFTER = timedelta(minutes=15)
"""The worker's own tries are used up by then; what was to be seen is still to be seen."""

Watched = Mapping[str, Sequence[WatchedPayment]]
"""By the vendor's id."""


@dataclass(frozen=True)
class Situation:
    watched: Watched = field(default_factory=dict)
    """The payments of ours that the rows of the answer are, or undo."""
    unclaimed: Mapping[str, UnclaimedRow] = field(default_factory=dict)
    others: Sequence[OpenPayments] = ()
    """At the end of a sweep: what else is followed at the merchant."""


def answerings(merchants: Merchants) -> list[Answering[Situation]]:
    def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        merchant_id = outcome.payload["merchant_id"]
        if merchants.get(merchant_id) is None:
            return Decision()  # configured no longer; once it is again, its sweep stands anew and shows the same
        calendar = merchants.calendar(merchant_id)
        if outcome.result is not Result.ANSWERED:
            return _failed(outcome, _next(situation, (), merchants, merchant_id, now), now)
        rows = [Observation.from_json(row) for row in outcome.answer["rows"]]
        told = _told(rows, situation.watched, calendar, now)
        changed = [item.decision() for item in told if item.is_new]
        also = (*changed, *_nobodys(rows, situation, merchant_id))
        cursor = Cursor.from_json(outcome.answer["cursor"])
        if not cursor.is_at_end:
            again = {**outcome.payload, "cursor": outcome.answer["cursor"]}
            return Decision(again_at=now, again_payload=again, also=also)
        if outcome.kind == LOOK:
            return Decision(also=also)
        again = {"merchant_id": merchant_id, **cursor.kept()}
        again_at = _next(situation, [item.payment for item in told], merchants, merchant_id, now)
        return Decision(again_at=again_at, again_payload=again, also=also)

    return [Answering(SWEEP, None, load, decide), Answering(LOOK, None, load, decide)]


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    return [_situation(reads, outcome) for outcome in outcomes]


def _situation(reads: Reads, outcome: Outcome) -> Situation:
    merchant_id, answer = outcome.payload["merchant_id"], outcome.answer
    rows: list[dict[str, Any]] = answer.get("rows", [])
    vendor_ids = [row["vendor_payment_id"] for row in rows]
    watched: dict[str, list[WatchedPayment]] = {}
    originals = [id for row in rows if (id := row["original_vendor_payment_id"]) is not None]
    for payment in reads.watched_as(merchant_id, [*vendor_ids, *originals]):
        watched.setdefault(payment.vendor_payment_id or "", []).append(payment)
    others: Sequence[OpenPayments] = ()
    if outcome.kind == SWEEP and answer.get("ends", True):
        ids = [payment.id for id in vendor_ids for payment in watched.get(id, ())]
        others = reads.open_apart_from(merchant_id, ids, _returned_from(answer))
    return Situation(watched, reads.unclaimed(vendor_ids), others)


def _returned_from(answer: Mapping[str, Any]) -> date:
    if not answer:
        return date.max
    return Cursor.from_json(answer["cursor"]).begun_at.date() - RETURNED_FOR


def _told(rows: Iterable[Observation], watched: Watched, calendar: BankingCalendar, now: datetime) -> list[Told]:
    told = []
    for seen in rows:
        for payment in watched.get(seen.vendor_payment_id, ()):
            item = observed(payment, seen, calendar)
            if is_due(item.payment, seen, calendar, now):
                item = item.then(time_has_come(item.payment, calendar, now))
            told.append(item)
    return told


def _nobodys(rows: Iterable[Observation], situation: Situation, merchant_id: str) -> Iterator[Decision]:
    for seen in rows:
        known = situation.unclaimed.get(seen.vendor_payment_id)
        if known is not None and known.merchant_id != merchant_id:
            continue
        if seen.vendor_payment_id in situation.watched:
            if known is not None and not known.is_claimed:
                yield Decision(claimed(known))
            continue
        row = row_seen(known, seen, merchant_id)
        if seen.transaction_type == VendorTransaction.REVERSE and seen.original_vendor_payment_id in situation.watched:
            row = claimed(row)
        if row is not known:
            yield Decision(row, (_row(row),))


def _row(row: UnclaimedRow) -> VendorPaymentObserved:
    return VendorPaymentObserved(
        merchant_id=row.merchant_id,
        vendor_payment_id=row.id,
        transaction_type=row.transaction_type,
        original_vendor_payment_id=row.original_vendor_payment_id,
        amount=row.money,
        auth=row.auth,
        clearing=row.clearing,
        vendor_batch_id=row.vendor_batch_id,
        batch_closed=row.batch_closed,
        observed_at=row.observed_at,
    )


def _next(
    situation: Situation, seen: Sequence[WatchedPayment], merchants: Merchants, merchant_id: str, now: datetime
) -> datetime:
    calendar = merchants.calendar(merchant_id)
    followed = [pending(item, calendar) for item in seen if is_followed(item, calendar.date_of(now))]
    open_now = [*_pending(situation.others, calendar), *followed]
    return next_look(open_now, calendar, merchants.zone(merchant_id), now, merchants.look_every)


def _failed(outcome: Outcome, next_look_at: datetime, now: datetime) -> Decision:
    """A look beside the sweep is not repeated: the sweep shows the same."""
    if outcome.kind == LOOK:
        return Decision()
    # What the vendor refuses it would refuse again, so then the sweep begins anew; otherwise it goes on where it was.
    anew = {"merchant_id": outcome.payload["merchant_id"]} if outcome.result is Result.REJECTED else None
    return Decision(again_at=min(next_look_at, now + FAILED_AFTER), again_payload=anew)


def _pending(others: Sequence[OpenPayments], calendar: BankingCalendar) -> Iterator[Pending]:
    for some in others:
        yield Pending(some.state, some.next_available_at)
        if some.next_claim_deadline is not None:
            yield Pending(some.state, final_from(calendar, some.next_claim_deadline))


def standing(merchants: Merchants) -> list[Standing]:
    """One sweep for each merchant, for ever."""
    return [
        Standing(SWEEP, merchant_id, {"merchant_id": merchant_id}, helcim_budget(merchant_id))
        for merchant_id in merchants.by_id
    ]
