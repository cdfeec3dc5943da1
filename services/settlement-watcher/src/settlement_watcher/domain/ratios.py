"""How much of what a merchant debited came back, against the limits of the network; and what payers can still claim.

Counted by day of origination: the day on which the payment's batch closed, by the banks' clock. A debit that is presented
again is a debit too. Refunds are credits and count nowhere. A return whose code is not known counts in the overall ratio
until a report says why. Sources: Nacha return-rate rules (unauthorized 0.5 %, administrative 3 %, overall 15 % without
re-presented cheques; 60-day look-back by origination date). Canada has no such limits: there they are a warning that a
processor may act on, over the corresponding codes.

The counts are kept as differences: a payment's row says as what it stands in them, so that a decision about it needs to
know nothing of the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bankrails_contracts.payments import PaymentState as State
from bankrails_contracts.settlement import Ratio, ReturnClass
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.return_codes import RCK, reason_for
from settlement_watcher.domain.watched_payment import WatchedPayment

LOOK_BACK = timedelta(days=60)
LIMITS_BASIS_POINTS = {Ratio.UNAUTHORIZED: 50, Ratio.ADMINISTRATIVE: 300, Ratio.OVERALL: 1_500}
NEAR_PERCENT = 80
"""Of a limit."""
CLAIMABLE = frozenset({State.CLEARED, State.CONTESTED})

ORIGINATED = "originated"
CLAIM_OPEN = "claim_open"
COUNTED = (ORIGINATED, *Ratio)
"""The order of a day's numbers."""


class Level(StrEnum):
    BELOW = "below"
    NEAR = "near"
    EXCEEDED = "exceeded"


LEVELS = tuple(Level)


@dataclass(frozen=True)
class Standing:
    """As what one payment counts."""

    day: date | None = None
    names: frozenset[str] = frozenset()


NOWHERE = Standing()


@dataclass(frozen=True)
class MerchantCounts:
    id: str
    """The merchant's."""
    days: Mapping[str, list[int]] = field(default_factory=dict)
    """ISO date → how many debits in the order of COUNTED. Days before the look-back are dropped."""
    claims_open_minor: int = 0
    """Cleared, and not yet beyond any claim."""
    unauthorized: Level = Level.BELOW
    administrative: Level = Level.BELOW
    overall: Level = Level.BELOW
    state: str = "COUNTED"
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    def level(self, ratio: Ratio) -> Level:
        return Level(getattr(self, ratio.value))


def standing(payment: WatchedPayment, calendar: BankingCalendar) -> Standing:
    """What follows from its facts."""
    if payment.is_refund or not _originated(payment):
        return NOWHERE
    names = {ORIGINATED, *_returned_as(payment, calendar.country)}
    if payment.state in CLAIMABLE:
        names.add(CLAIM_OPEN)
    return Standing(calendar.date_of(payment.in_settlement_at or payment.since), frozenset(names))


def stands_as(payment: WatchedPayment) -> Standing:
    """What its row says, which is what is in the counts."""
    return Standing(payment.counted_on, frozenset(payment.counted_as.split()))


def stood(payment: WatchedPayment, now: Standing) -> WatchedPayment:
    return replace(payment, counted_on=now.day, counted_as=" ".join(sorted(now.names)))


def _originated(payment: WatchedPayment) -> bool:
    return not (payment.in_settlement_at is None and payment.cleared_at is None and payment.returned_on is None)


def _returned_as(payment: WatchedPayment, country: str) -> Iterable[str]:
    if payment.returned_on is None:
        return
    code = payment.return_code
    if code not in RCK:
        yield Ratio.OVERALL.value
    match None if code is None else reason_for(country, code).return_class:
        case ReturnClass.UNAUTHORIZED:
            yield Ratio.UNAUTHORIZED.value
        case ReturnClass.ADMINISTRATIVE:
            yield Ratio.ADMINISTRATIVE.value


@dataclass(frozen=True)
class Move:
    before: Standing
    after: Standing
    amount_minor: int


def counted(counts: MerchantCounts, moves: Iterable[Move], today: date) -> MerchantCounts:
    """With these payments counted anew, and without the days that are out of the look-back at `today`."""
    first = window_from(today).isoformat()
    days = {day: numbers for day, numbers in counts.days.items() if day >= first}
    claims = counts.claims_open_minor
    for move in moves:
        for place, sign in ((move.before, -1), (move.after, 1)):
            claims += sign * move.amount_minor * (CLAIM_OPEN in place.names)
            if place.day is None or (day := place.day.isoformat()) < first:
                continue
            numbers = days.get(day, [0] * len(COUNTED))
            days[day] = [n + sign * (name in place.names) for n, name in zip(numbers, COUNTED, strict=True)]
    return replace(counts, days=days, claims_open_minor=claims)


@dataclass(frozen=True)
class Figure:
    returned: int
    originated: int

    @property
    def ratio(self) -> float:
        return self.returned / self.originated if self.originated else 0.0


def window_from(today: date) -> date:
    """The first of the sixty days that end with `today`."""
    return today - LOOK_BACK + timedelta(days=1)


def figures(counts: MerchantCounts, today: date) -> dict[Ratio, Figure]:
    first, last = window_from(today).isoformat(), today.isoformat()
    inside = [numbers for day, numbers in counts.days.items() if first <= day <= last]
    sums = dict(zip(COUNTED, map(sum, zip(*inside, strict=True)), strict=True)) if inside else dict.fromkeys(COUNTED, 0)
    return {ratio: Figure(sums[ratio], sums[ORIGINATED]) for ratio in Ratio}


def level_of(ratio: Ratio, figure: Figure, debits_min: int) -> Level:
    """`debits_min`: among fewer debits one return is no rate."""
    if figure.originated < max(1, debits_min):
        return Level.BELOW
    limit = LIMITS_BASIS_POINTS[ratio] * figure.originated
    if figure.returned * 10_000 >= limit:
        return Level.EXCEEDED
    return Level.NEAR if figure.returned * 10_000 * 100 >= limit * NEAR_PERCENT else Level.BELOW


def assessed(counts: MerchantCounts, today: date, debits_min: int) -> tuple[MerchantCounts, dict[Ratio, Level]]:
    """With the levels of today, and those that were reached from below: they are to be told."""
    now = {ratio: level_of(ratio, figure, debits_min) for ratio, figure in figures(counts, today).items()}
    risen = {ratio: level for ratio, level in now.items() if LEVELS.index(level) > LEVELS.index(counts.level(ratio))}
    levels: dict[str, Any] = {ratio.value: level for ratio, level in now.items()}
    return replace(counts, **levels), risen
