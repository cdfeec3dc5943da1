"""When to look at the vendor: soon after things can have changed, rarely when they cannot.

    in an open batch            minutes after the merchant's daily close, which is when the batch can close
    in settlement               three times on each banking day: banks move by day
    cleared, contested          once on each banking day, in the morning, until nothing can come back
    hold over, grace over       at that very time
    nothing, waiting for a PAD  after the next close

A sweep never sleeps past the next close, so a payment that becomes watched in between is in time without being
announced: before that close nothing can happen to it that payments-service does not tell. One that is heard of after
the close that it was in (a restart, a slow consumer) is late, and has a look of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bankrails_contracts.payments import PaymentState as State
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.claims import FIRST_LOOK, final_from
from settlement_watcher.domain.watched_payment import WatchedPayment

CLOSE = time(17)
"""By the merchant's wall clock (Helcim guide: ACH Payment API)."""
AFTER_CLOSE = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1))
"""The later ones only while something approved is in a batch that has not been seen closed."""
MORNING = (FIRST_LOOK,)
BY_DAY = (FIRST_LOOK, time(13), time(16))
DAY_ENDS = time(17)

BEFORE_THE_CLOSE = frozenset({State.SUBMITTING, State.AWAITING_MANDATE, State.APPROVED})
AT_REST = frozenset({State.CLEARED, State.CONTESTED})


@dataclass(frozen=True)
class Pending:
    """What is open at one merchant, as far as it decides when to look."""

    state: State
    due_at: datetime | None = None
    """When its hold, or the grace after its claim deadline, ends."""


RESTING = Pending(State.CLEARED)
"""One that is cleared, of which nothing is due."""


def pending(payment: WatchedPayment, calendar: BankingCalendar) -> Pending:
    return Pending(payment.state, due_at(payment, calendar))


def due_at(payment: WatchedPayment, calendar: BankingCalendar) -> datetime | None:
    """The next time at which something is to be said of it even when the vendor shows nothing new."""
    if payment.state is not State.CLEARED:
        return None
    if payment.available_at is None:
        return payment.funds_available_at
    return None if payment.claim_deadline is None else final_from(calendar, payment.claim_deadline)


def next_look(open_payments: Iterable[Pending], calendar: BankingCalendar, zone: ZoneInfo, now: datetime) -> datetime:
    """The first time after `now` at which something can have changed. `zone` is the merchant's."""
    open_payments = list(open_payments)
    states = {item.state for item in open_payments}
    looks = [_next_close(zone, now, AFTER_CLOSE if State.APPROVED in states else AFTER_CLOSE[:1])]
    if State.IN_SETTLEMENT in states:
        looks.append(_next_of_day(calendar, BY_DAY, now))
    if states & AT_REST:
        looks.append(_next_of_day(calendar, MORNING, now))
    looks += [item.due_at for item in open_payments if item.due_at is not None and item.due_at > now]
    return min(looks)


def asks_the_vendor(item: Pending, calendar: BankingCalendar, now: datetime) -> bool:
    """Whether a look at `now` can show something new of it: what rests is asked about by day alone."""
    if item.state not in AT_REST or (item.due_at is not None and item.due_at <= now):
        return True
    local = now.astimezone(calendar.zone)
    return calendar.is_banking_day(local.date()) and FIRST_LOOK <= local.time() < DAY_ENDS


def last_close(zone: ZoneInfo, now: datetime) -> datetime:
    """The close at or before `now`, by the merchant's wall clock."""
    today = now.astimezone(zone).date()
    close = _wall(today, CLOSE, zone)
    return close if close <= now else _wall(today - timedelta(days=1), CLOSE, zone)


def _next_close(zone: ZoneInfo, now: datetime, after: Iterable[timedelta]) -> datetime:
    today = now.astimezone(zone).date()
    closes = [_wall(day, CLOSE, zone) for day in (today - timedelta(days=1), today, today + timedelta(days=1))]
    return min(look for close in closes for minutes in after if (look := close + minutes) > now)


def _next_of_day(calendar: BankingCalendar, times: Iterable[time], now: datetime) -> datetime:
    day = calendar.add(calendar.date_of(now), 0)
    for candidate in (day, calendar.add(day, 1)):
        for wall in times:
            if (look := calendar.at(candidate, wall)) > now:
                return look
    raise AssertionError("a banking day follows every day")


def _wall(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)
