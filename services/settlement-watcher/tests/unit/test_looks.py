"""When the vendor is looked at, as a table: often where something can change, rarely where it cannot."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_rails.banking_days import BankingCalendar
from settlement_watcher.domain.looks import Pending, asks_the_vendor, next_look

TORONTO = ZoneInfo("America/Toronto")
VANCOUVER = ZoneInfo("America/Vancouver")
CA = BankingCalendar("CA")


def toronto(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO).astimezone(UTC)


@pytest.mark.parametrize(
    ("states", "now", "look"),
    [
        # 2 March 2026 is a Monday
        ([], "2026-03-02T09:00", "2026-03-02T17:02"),
        ([], "2026-03-02T17:02", "2026-03-03T17:02"),
        ([], "2026-03-07T12:00", "2026-03-07T17:02"),  # a batch closes on Saturdays too
        ([], "2026-03-07T20:00", "2026-03-08T17:02"),  # across the change of the clocks
        ([S.AWAITING_MANDATE], "2026-03-02T17:02", "2026-03-03T17:02"),
        ([S.APPROVED], "2026-03-02T16:59:59", "2026-03-02T17:02"),
        ([S.APPROVED], "2026-03-02T17:02", "2026-03-02T17:10"),  # not seen closed: again, ever later
        ([S.APPROVED], "2026-03-02T17:10", "2026-03-02T17:30"),
        ([S.APPROVED], "2026-03-02T17:30", "2026-03-02T18:00"),
        ([S.APPROVED], "2026-03-02T18:00", "2026-03-03T17:02"),
        ([S.IN_SETTLEMENT], "2026-03-02T17:02", "2026-03-03T10:00"),
        ([S.IN_SETTLEMENT], "2026-03-03T10:00", "2026-03-03T13:00"),
        ([S.IN_SETTLEMENT], "2026-03-03T13:00", "2026-03-03T16:00"),
        ([S.IN_SETTLEMENT], "2026-03-06T17:02", "2026-03-07T17:02"),  # no bank moves at the weekend
        ([S.IN_SETTLEMENT], "2026-03-08T17:02", "2026-03-09T10:00"),
        ([S.CLEARED], "2026-03-02T10:00", "2026-03-02T17:02"),
        ([S.CLEARED], "2026-03-02T17:02", "2026-03-03T10:00"),
        ([S.CONTESTED], "2026-03-02T17:02", "2026-03-03T10:00"),
        ([S.CLEARED, S.APPROVED], "2026-03-02T17:02", "2026-03-02T17:10"),
    ],
)
def test_the_next_look_is_when_something_can_have_changed(states, now, look):
    assert next_look(map(Pending, states), CA, TORONTO, toronto(now)) == toronto(look)


def test_the_close_is_the_merchants_and_the_morning_is_the_banks():
    """17:00 in Vancouver is 20:00 in Toronto."""
    assert next_look([Pending(S.APPROVED)], CA, VANCOUVER, toronto("2026-03-02T18:00")) == toronto("2026-03-02T20:02")
    assert next_look([Pending(S.CLEARED)], CA, VANCOUVER, toronto("2026-03-02T21:00")) == toronto("2026-03-03T10:00")


def test_the_end_of_a_hold_and_of_the_grace_are_looks_of_their_own():
    due = toronto("2026-03-07T00:00")
    assert next_look([Pending(S.CLEARED, due)], CA, TORONTO, toronto("2026-03-06T17:02")) == due
    assert next_look([Pending(S.CLEARED, due)], CA, TORONTO, due) == toronto("2026-03-07T17:02")


@pytest.mark.parametrize(
    ("state", "now", "asks"),
    [
        (S.APPROVED, "2026-03-07T17:02", True),
        (S.AWAITING_MANDATE, "2026-03-07T03:00", True),
        (S.IN_SETTLEMENT, "2026-03-07T17:02", True),
        (S.CLEARED, "2026-03-02T10:00", True),
        (S.CLEARED, "2026-03-02T09:59", False),
        (S.CLEARED, "2026-03-02T17:02", False),
        (S.CLEARED, "2026-03-07T10:00", False),
        (S.CONTESTED, "2026-04-03T10:00", False),  # Good Friday
    ],
)
def test_what_rests_is_asked_about_on_banking_days_alone(state, now, asks):
    assert asks_the_vendor(Pending(state), CA, toronto(now)) is asks


def test_what_is_due_is_asked_about_at_any_time():
    """Nothing is called final without having been seen."""
    midnight = toronto("2026-03-07T00:00")
    assert asks_the_vendor(Pending(S.CLEARED, midnight), CA, midnight)


def test_ninety_days_of_waiting_ask_once_a_banking_day():
    """The whole wait for finality: looks in order, and how many of them cost the vendor a call."""
    item = [Pending(S.CLEARED)]
    now, end, looks, calls = toronto("2026-03-02T10:00"), toronto("2026-05-31T10:00"), 0, 0
    while (now := next_look(item, CA, TORONTO, now)) < end:
        looks += 1
        calls += asks_the_vendor(item[0], CA, now)
    banking_days = sum(CA.is_banking_day(toronto("2026-03-03T12:00").date() + timedelta(days=n)) for n in range(89))
    assert calls == banking_days
    assert looks == banking_days + 90
