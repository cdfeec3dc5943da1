"""Whatever is decided about payments is counted in the same commit: return ratios, and what can still be claimed back.

This goes around the other handlers, since returns, clearing and finality are decided in several of them, and one that
forgot to count would go unseen. The sweeps of a merchant come by several times a day, so a ratio that changes because a
day leaves the look-back is noticed too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from bankrails_contracts.message import Event, Message
from bankrails_contracts.settlement import Ratio, ReturnRatioExceeded, ReturnRatioNearLimit
from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome, Refusal
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.ratios import (
    LIMITS_BASIS_POINTS,
    Level,
    MerchantCounts,
    Move,
    assessed,
    counted,
    figures,
    standing,
    stands_as,
    stood,
    window_from,
)
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.ports import Reads

S = TypeVar("S")
M = TypeVar("M", bound=Message)
Load = Callable[[Any, Sequence[Any]], Sequence[S]]

EVENTS = {Level.NEAR: ReturnRatioNearLimit, Level.EXCEEDED: ReturnRatioExceeded}


@dataclass(frozen=True)
class Counting(Generic[S]):
    inner: S
    """What the handler itself asked for."""
    merchant_id: str | None
    counts: MerchantCounts | None


@dataclass(frozen=True)
class Counters:
    merchants: Merchants
    debits_min: int

    def around(self, item: Handling[M, S]) -> Handling[M, Counting[S]]:
        existing, decide = item.existing, item.decide

        def then_count(message: M, situation: Counting[S], now: datetime) -> Decision | Refusal:
            verdict = decide(message, situation.inner, now)
            return verdict if isinstance(verdict, Refusal) else self.count(verdict, situation, now)

        return Handling(
            item.message,
            _loading(item.load, lambda message: getattr(message, "merchant_id", None)),
            then_count,
            None if existing is None else lambda situation: existing(situation.inner),
        )

    def around_answer(self, item: Answering[S]) -> Answering[Counting[S]]:
        def then_count(outcome: Outcome, situation: Counting[S], now: datetime) -> Decision:
            return self.count(item.decide(outcome, situation.inner, now), situation, now)

        load = _loading(item.load, lambda outcome: outcome.payload.get("merchant_id"))
        return Answering(item.kind, item.command, load, then_count)

    def count(self, decision: Decision, situation: Counting[Any], now: datetime) -> Decision:
        merchant_id = situation.merchant_id
        if merchant_id is None or self.merchants.get(merchant_id) is None:
            return decision
        calendar = self.merchants.calendar(merchant_id)
        moves: list[Move] = []
        decision = _marked(decision, merchant_id, calendar, moves)
        before = situation.counts or MerchantCounts(merchant_id)
        today = calendar.date_of(now)
        if not moves and situation.counts is None:
            return decision
        after, risen = assessed(counted(before, moves, today) if moves else before, today, self.debits_min)
        if after == before:
            return decision
        events = tuple(_told(after, ratio, level, calendar, now) for ratio, level in risen.items())
        return replace(decision, also=(*decision.also, Decision(after, events)))


def _loading(
    load: Load[S], merchant_of: Callable[[Any], str | None]
) -> Callable[[Reads, Sequence[Any]], list[Counting[S]]]:
    def load_counts(reads: Reads, messages: Sequence[Any]) -> list[Counting[S]]:
        inner = load(reads, messages)
        ids = [merchant_of(message) for message in messages]
        found = reads.counts([id for id in set(ids) if id is not None])
        return [Counting(some, id, None if id is None else found.get(id)) for some, id in zip(inner, ids, strict=True)]

    return load_counts


def _marked(decision: Decision, merchant_id: str, calendar: BankingCalendar, moves: list[Move]) -> Decision:
    """With each of the merchant's payments marked as what it now counts."""
    aggregate = decision.aggregate
    if isinstance(aggregate, WatchedPayment) and aggregate.merchant_id == merchant_id:
        before, after = stands_as(aggregate), standing(aggregate, calendar)
        if after != before:
            moves.append(Move(before, after, aggregate.amount_minor))
            aggregate = stood(aggregate, after)
    also = tuple(_marked(item, merchant_id, calendar, moves) for item in decision.also)
    return replace(decision, aggregate=aggregate, also=also)


def _told(counts: MerchantCounts, ratio: Ratio, level: Level, calendar: BankingCalendar, now: datetime) -> Event:
    today = calendar.date_of(now)
    figure = figures(counts, today)[ratio]
    return EVENTS[level](
        merchant_id=counts.id,
        ratio=ratio,
        returned=figure.returned,
        originated=figure.originated,
        limit_basis_points=LIMITS_BASIS_POINTS[ratio],
        window_from=window_from(today),
        window_to=today,
    )
