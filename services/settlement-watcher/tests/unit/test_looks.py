"""When the vendor is looked at, as a table: often where something can change, rarely where it cannot."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_rails.banking_days import BankingCalendar
from settlement_watcher.domain.looks import (
    Pending,
    after_the_close,
    banks_work,
    contested_until,
    is_followed,
    next_look,
)

TORONTO = ZoneInfo("America/Toronto")
VANCOUVER = ZoneInfo("America/Vancouver")
CA = BankingCalendar("CA")


def toronto(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO).astimezone(UTC)


@pytest.mark.parametrize(
    ("states", "now", "look"),
    [
        # 2 March 2026 is a Monday
        ([], "2026-03-02T09:00", "2026-03-02T09:45"),  # a payment may become watched at any time
        ([], "2026-03-02T16:30", "2026-03-02T17:02"),
        ([], "2026-03-02T17:15", "2026-03-03T09:00"),
        ([], "2026-03-07T12:00", "2026-03-07T17:02"),  # a batch closes on Saturdays too
        ([], "2026-03-07T20:00", "2026-03-08T17:02"),  # across the change of the clocks
        ([S.AWAITING_MANDATE], "2026-03-02T03:00", "2026-03-02T09:00"),
        ([S.AWAITING_MANDATE], "2026-03-02T09:00", "2026-03-02T09:45"),
        ([S.APPROVED], "2026-03-02T16:30", "2026-03-02T17:02"),
        ([S.APPROVED], "2026-03-02T17:02", "2026-03-02T17:10"),  # not seen closed: again, ever later
        ([S.APPROVED], "2026-03-02T17:10", "2026-03-02T17:15"),
        ([S.APPROVED], "2026-03-02T17:15", "2026-03-02T17:30"),
        ([S.APPROVED], "2026-03-02T17:30", "2026-03-02T18:00"),
        ([S.APPROVED], "2026-03-02T18:00", "2026-03-03T09:00"),
        ([S.IN_SETTLEMENT], "2026-03-02T17:02", "2026-03-02T17:15"),  # what changed before the banks closed
        ([S.IN_SETTLEMENT], "2026-03-02T17:15", "2026-03-03T09:00"),
        ([S.IN_SETTLEMENT], "2026-03-03T09:44", "2026-03-03T09:45"),
        ([S.IN_SETTLEMENT], "2026-03-06T17:15", "2026-03-07T17:02"),  # no bank moves at the weekend
        ([S.IN_SETTLEMENT], "2026-03-08T17:02", "2026-03-09T09:00"),
        ([S.CLEARED], "2026-03-03T12:00", "2026-03-03T12:45"),
        ([S.CONTESTED], "2026-04-02T17:15", "2026-04-03T17:02"),  # Good Friday
        ([S.CLEARED, S.APPROVED], "2026-03-02T17:02", "2026-03-02T17:10"),
    ],
)
def test_the_next_look_is_when_something_can_have_changed(states, now, look):
    assert next_look(map(Pending, states), CA, TORONTO, toronto(now)) == toronto(look)


def test_the_close_is_the_merchants_and_the_banks_day_is_the_banks():
    """17:00 in Vancouver is 20:00 in Toronto."""
    assert next_look([Pending(S.APPROVED)], CA, VANCOUVER, toronto("2026-03-02T18:00")) == toronto("2026-03-02T20:02")
    assert next_look([Pending(S.CLEARED)], CA, VANCOUVER, toronto("2026-03-02T21:00")) == toronto("2026-03-03T09:00")


@pytest.mark.parametrize("minute", range(0, 8 * 60, 7))
def test_while_banks_work_no_two_looks_are_an_hour_apart(minute):
    """Whatever changes while banks work is seen within the hour, a quarter of it spent on reading pages."""
    now = toronto("2026-03-03T09:00") + timedelta(minutes=minute)
    assert next_look([Pending(S.CLEARED)], CA, TORONTO, now) - now <= timedelta(minutes=45)


def test_the_end_of_a_hold_and_of_the_grace_are_looks_of_their_own():
    due = toronto("2026-03-07T00:00")
    assert next_look([Pending(S.CLEARED, due)], CA, TORONTO, toronto("2026-03-06T17:15")) == due
    assert next_look([Pending(S.CLEARED, due)], CA, TORONTO, due) == toronto("2026-03-07T17:02")


@pytest.mark.parametrize(
    ("now", "works"),
    [
        ("2026-03-02T08:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T17:59", True),
        ("2026-03-02T18:00", False),
        ("2026-03-07T12:00", False),
        ("2026-04-03T12:00", False),  # Good Friday
    ],
)
def test_what_is_at_the_banks_is_asked_about_while_they_work(now, works):
    assert banks_work(CA, toronto(now)) is works


def test_after_the_close_the_newest_days_are_listed_whoever_is_followed():
    """Rows that nobody announced are found within a day."""
    assert after_the_close(TORONTO, toronto("2026-03-07T17:02"))
    assert not after_the_close(TORONTO, toronto("2026-03-07T18:31"))


@pytest.mark.parametrize("state", S)
def test_when_looking_stops(state, a_payment):
    """Declined, cancelled, final: at once. Returned: after a week, in which a return may be refused."""
    today = date(2026, 3, 20)
    known = a_payment(state=state, returned_on=date(2026, 3, 13) if state is S.RETURNED else None)
    ends = {S.DECLINED, S.CANCELLED, S.VOIDED, S.REFUSED, S.FINAL, S.ACCEPTED, S.UNKNOWN}
    if known.is_open or state is S.RETURNED:
        assert is_followed(known, today)
    else:
        assert state in ends
        assert not is_followed(known, today)
    assert not is_followed(a_payment(state=S.RETURNED, returned_on=date(2026, 3, 12)), today)


def test_a_dispute_without_an_end_is_given_up_thirty_days_after_the_last_claim(a_payment, noon):
    contested = {"state": S.CONTESTED, "contested_at": noon}
    cleared = a_payment(**contested, claim_deadline=date(2026, 6, 3))
    assert contested_until(cleared, CA) == toronto("2026-07-04T00:00")
    assert contested_until(a_payment(**contested), CA) == toronto(
        "2026-07-01T00:00"
    )  # ninety days from then, and thirty
    assert contested_until(a_payment(**contested, looks_ended_at=noon), CA) is None
    assert contested_until(a_payment(state=S.CLEARED, contested_at=noon), CA) is None
    assert not is_followed(a_payment(**contested, looks_ended_at=noon), noon.date())


def test_looks_may_be_rarer_and_the_day_still_ends_with_one():
    looks, now = [], toronto("2026-03-03T08:00")
    while now.date() == toronto("2026-03-03T08:00").date() and len(looks) < 5:
        now = next_look([Pending(S.CLEARED)], CA, TORONTO, now, timedelta(hours=8))
        looks.append(now)
    assert looks[:4] == [toronto(f"2026-03-03T{at}") for at in ("09:00", "17:00", "17:02", "17:15")]
