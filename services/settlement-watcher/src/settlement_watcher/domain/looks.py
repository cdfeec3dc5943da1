"""When to look at the vendor: often while something can change, rarely while it cannot.

    anything followed           every 45 minutes of a banking day, from 9:00 on: a bank can send back, and a person at the
                                vendor's portal can cancel, at any of them
    in an open batch            also minutes after the merchant's daily close, which is when the batch can close
    hold over, grace over       at that very time
    nothing                     after the close alone: rows that nobody announced are found within a day

A sweep stands at all these times and asks nothing of the vendor where nothing is followed, so a payment that becomes
watched in between is in time without being announced. One that is heard of after the close that it was in (a restart, a
slow consumer) is late, and has a look of its own.

When looking stops: a payment that was declined or cancelled, at once; one that is final, then; one that came back, a week
after (a return can be returned); a dispute without an end, thirty days after the last day of a claim.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bankrails_contracts.payments import PaymentState as State
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.claims import claim_deadline, final_from
from settlement_watcher.domain.watched_payment import WatchedPayment

CLOSE = time(17)
"""By the merchant's wall clock (Helcim guide: ACH Payment API)."""
AFTER_CLOSE = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1))
"""The later ones only while something approved is in a batch that has not been seen closed."""
CLOSE_LOOKS_END = timedelta(minutes=90)
"""A look within that time after the close is one after the close, late as it may be."""

BANKS_OPEN = time(9)
"""By the banks' clock."""
EVERY = timedelta(minutes=45)
"""A change is told within the hour, also where reading all pages takes a quarter of it."""
LAST_LOOK = time(17, 15)
"""For what changed before the banks closed."""
BANKS_CLOSED_BY = time(18)

BEFORE_THE_CLOSE = frozenset({State.SUBMITTING, State.AWAITING_MANDATE, State.APPROVED})
RETURNED_FOR = timedelta(days=7)
"""Five banking days, in which the originating bank may refuse a return (dishonoured, R61 and others)."""
CONTESTED_FOR = timedelta(days=30)
"""After the last day of a claim."""


@dataclass(frozen=True)
class Pending:
    """What is followed at one merchant, as far as it decides when to look."""

    state: State
    due_at: datetime | None = None
    """When its hold, or the grace after its claim deadline, ends."""


def is_followed(payment: WatchedPayment, today: date) -> bool:
    """Whether the vendor is still looked at for its sake. `today`: by the banks' calendar."""
    if payment.state is State.RETURNED and payment.returned_on is not None:
        return payment.returned_on >= today - RETURNED_FOR
    return payment.is_open


def pending(payment: WatchedPayment, calendar: BankingCalendar) -> Pending:
    return Pending(payment.state, due_at(payment, calendar))


def due_at(payment: WatchedPayment, calendar: BankingCalendar) -> datetime | None:
    """The next time at which something is to be said of it even when the vendor shows nothing new."""
    if payment.state is not State.CLEARED:
        return None
    if payment.available_at is None:
        return payment.funds_available_at
    return None if payment.claim_deadline is None else final_from(calendar, payment.claim_deadline)


def contested_until(payment: WatchedPayment, calendar: BankingCalendar) -> datetime | None:
    """When a dispute that has not ended is given up; None for one that is not contested, or was given up."""
    if payment.state is not State.CONTESTED or payment.contested_at is None or not payment.is_open:
        return None
    # Contested before it was seen cleared: the claim counts from then.
    last_day = payment.claim_deadline or claim_deadline(calendar, payment.holder_type, payment.contested_at)
    return calendar.at(last_day + CONTESTED_FOR + timedelta(days=1), time(0))


def next_look(
    followed: Iterable[Pending],
    calendar: BankingCalendar,
    zone: ZoneInfo,
    now: datetime,
    every: timedelta = EVERY,
) -> datetime:
    """The first time after `now` at which something can have changed. `zone` is the merchant's."""
    followed = list(followed)
    states = {item.state for item in followed}
    closes = AFTER_CLOSE if State.APPROVED in states else AFTER_CLOSE[:1]
    looks = [_next_close(zone, now, closes), _next_of_day(calendar, now, every)]
    looks += [item.due_at for item in followed if item.due_at is not None and item.due_at > now]
    return min(looks)


def banks_work(calendar: BankingCalendar, now: datetime) -> bool:
    """Whether what is at the banks can have changed since the look before."""
    local = now.astimezone(calendar.zone)
    return calendar.is_banking_day(local.date()) and BANKS_OPEN <= local.time() < BANKS_CLOSED_BY


def after_the_close(zone: ZoneInfo, now: datetime) -> bool:
    return now - last_close(zone, now) < CLOSE_LOOKS_END


def last_close(zone: ZoneInfo, now: datetime) -> datetime:
    """The close at or before `now`, by the merchant's wall clock."""
    today = now.astimezone(zone).date()
    close = _wall(today, CLOSE, zone)
    return close if close <= now else _wall(today - timedelta(days=1), CLOSE, zone)


def _next_close(zone: ZoneInfo, now: datetime, after: Iterable[timedelta]) -> datetime:
    today = now.astimezone(zone).date()
    closes = [_wall(day, CLOSE, zone) for day in (today - timedelta(days=1), today, today + timedelta(days=1))]
    return min(look for close in closes for minutes in after if (look := close + minutes) > now)


def _next_of_day(calendar: BankingCalendar, now: datetime, every: timedelta) -> datetime:
    day = calendar.add(calendar.date_of(now), 0)
    for candidate in (day, calendar.add(day, 1)):
        look, last = calendar.at(candidate, BANKS_OPEN), calendar.at(candidate, LAST_LOOK)
        while look <= now and look < last:
            look = min(look + every, last)
        if look > now:
            return look
    raise AssertionError("a banking day follows every day")


def _wall(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, zone).astimezone(UTC)
