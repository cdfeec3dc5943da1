"""The answer to a sweep: what one look at a merchant's payments has shown, and when to look again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bankrails_contracts.money import Currency
from bankrails_contracts.settlement import BatchClosed
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Standing
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.claims import final_from
from settlement_watcher.domain.looks import Pending, next_look, pending
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.look_after_mandate import LOOK
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.observed import Told, observed, time_has_come
from settlement_watcher.ports import OpenPayments, Reads

SWEEP = "sweep"
MORE_AFTER = timedelta(seconds=1)
"""When one answer could not hold everything that has changed."""
FAILED_AFTER = timedelta(minutes=15)
"""The worker's own tries are used up by then; what was to be seen is still to be seen."""


@dataclass(frozen=True)
class Situation:
    payments: dict[str, WatchedPayment]
    """Those that the answer speaks of."""
    batches: dict[str, Batch]
    others: Sequence[OpenPayments]
    """What else is open at the merchant."""


def answerings(merchants: Merchants) -> list[Answering[Situation]]:
    def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        merchant_id = outcome.payload["merchant_id"]
        if merchants.get(merchant_id) is None:
            return Decision()  # configured no longer; once it is again, its sweep stands anew and shows the same
        calendar = merchants.calendar(merchant_id)
        answer = outcome.answer if outcome.result is Result.ANSWERED else {}
        told: dict[str, Told] = {}
        for row in answer.get("rows", ()):
            payment = situation.payments[row["payment_id"]]
            told[payment.id] = observed(payment, Observation.from_json(row["seen"]), calendar)
        for payment_id in answer.get("due", ()):
            before = told.get(payment_id) or Told(situation.payments[payment_id])
            after = time_has_come(before.payment, calendar, now)
            told[payment_id] = Told(after.payment, before.events + after.events)
        closed = [_closed(row, merchant_id) for row in answer.get("batches", ()) if row["id"] not in situation.batches]
        changed = [
            Decision(item.payment, item.events)
            for id, item in told.items()
            if item.payment is not situation.payments[id]
        ]
        again_at = None
        if outcome.kind == SWEEP:
            open_now = [pending(item.payment, calendar) for item in told.values() if item.payment.is_open]
            again_at = next_look(
                [*_pending(situation.others, calendar), *open_now], calendar, merchants.zone(merchant_id), now
            )
            if outcome.result is not Result.ANSWERED:
                again_at = min(again_at, now + FAILED_AFTER)
            elif answer["more"]:
                again_at = now + MORE_AFTER
        return Decision(again_at=again_at, also=(*closed, *changed))

    return [Answering(SWEEP, None, load, decide), Answering(LOOK, None, load, decide)]


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    situations = []
    for outcome in outcomes:
        ids = [row["payment_id"] for row in outcome.answer.get("rows", ())] + list(outcome.answer.get("due", ()))
        batches = reads.batches([row["id"] for row in outcome.answer.get("batches", ())])
        others = reads.open_apart_from(outcome.payload["merchant_id"], ids)
        situations.append(Situation(dict(reads.payments(ids)), dict(batches), others))
    return situations


def _pending(others: Sequence[OpenPayments], calendar: BankingCalendar) -> Iterator[Pending]:
    for some in others:
        yield Pending(some.state, some.next_available_at)
        if some.next_claim_deadline is not None:
            yield Pending(some.state, final_from(calendar, some.next_claim_deadline))


def _closed(row: dict[str, Any], merchant_id: str) -> Decision:
    batch = Batch(
        id=row["id"],
        merchant_id=merchant_id,
        closed_at=datetime.fromisoformat(row["closed_at"]),
        payments=row["payments"],
        total_minor=row["total_minor"],
        currency=Currency(row["currency"]),
    )
    event = BatchClosed(
        merchant_id=merchant_id,
        vendor_batch_id=batch.id,
        closed_at=batch.closed_at,
        payments=batch.payments,
        total_minor=batch.total_minor,
        currency=batch.currency,
    )
    return Decision(batch, (event,))


def standing(merchants: Merchants) -> list[Standing]:
    """One sweep for each merchant, for ever."""
    return [
        Standing(SWEEP, merchant_id, {"merchant_id": merchant_id}, helcim_budget(merchant_id))
        for merchant_id in merchants.by_id
    ]
