"""The budget in frozen time: what may go, what must wait, and until when."""

from datetime import UTC, datetime, timedelta

import pytest
from bankrails_clock import ManualClock
from bankrails_vendor_http.budget import (
    ARRIVAL_MARGIN,
    HOUR_WINDOW,
    MINUTE_WINDOW,
    OUTAGE_AFTER,
    OUTAGE_PAUSE_MAX,
    SECOND_WINDOW,
    SPENT_MINUTE_PAUSE,
    Budget,
    Lane,
    Quota,
)

START = datetime(2024, 4, 17, 18, 0, tzinfo=UTC)
HELCIM = Quota(in_flight=5, per_minute=100, per_hour=3000)


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def budget(clock):
    return Budget(HELCIM, clock)


def spend(budget, calls, lane=Lane.MONEY):
    """That many calls, one after the other, none of them in flight afterwards."""
    for _ in range(calls):
        assert budget.try_acquire(lane) is None
        budget.release()


def test_no_more_calls_fly_than_the_vendor_allows_and_a_release_frees_a_place(budget):
    """The sixth call in progress would be answered 429."""
    for _ in range(5):
        assert budget.try_acquire(Lane.MONEY) is None
    assert budget.try_acquire(Lane.MONEY) == START
    budget.release()
    assert budget.try_acquire(Lane.MONEY) is None


def test_a_full_minute_says_when_its_first_call_leaves_it(budget, clock):
    """The worker sleeps until then: no polling, and no call a moment early."""
    spend(budget, 40)
    clock.advance(timedelta(seconds=20))
    spend(budget, 60)
    assert budget.try_acquire(Lane.MONEY) == START + MINUTE_WINDOW
    clock.set(START + MINUTE_WINDOW)
    spend(budget, 40)
    assert budget.try_acquire(Lane.MONEY) == START + timedelta(seconds=20) + MINUTE_WINDOW


def test_our_minute_is_longer_than_the_vendors(budget, clock):
    """The vendor counts a call when it arrives. A hundred calls repeated after exactly a minute arrive too early."""
    spend(budget, 100)
    clock.advance(timedelta(minutes=1))
    assert budget.try_acquire(Lane.MONEY) == clock.now() + ARRIVAL_MARGIN


def test_a_second_is_held_where_the_vendor_counts_seconds(clock):
    """Fifteen a second are not nine hundred at once, and the shares of it add up."""
    budget = Budget(Quota(in_flight=50, per_minute=900, per_hour=54_000, per_second=15).share(0.5), clock)
    spend(budget, 7)
    assert budget.try_acquire(Lane.MONEY) == START + SECOND_WINDOW
    clock.advance(SECOND_WINDOW)
    spend(budget, 7)


def test_the_hour_holds_where_the_minute_would_not(budget, clock):
    """3,000 an hour is half of 100 a minute: who obeys the minute alone is cut off after half an hour."""
    for _ in range(30):
        spend(budget, 100)
        clock.advance(MINUTE_WINDOW)
    assert budget.try_acquire(Lane.MONEY) == START + HOUR_WINDOW


@pytest.mark.parametrize(
    ("lane", "allowed"), [(Lane.MONEY, 100), (Lane.PERSON, 90), (Lane.LOOK_UP, 75), (Lane.POLLING, 50)]
)
def test_each_lane_fills_the_minute_only_up_to_its_level(budget, lane, allowed):
    """What polling may not touch is there when a debit comes."""
    spend(budget, allowed, lane)
    if lane is Lane.MONEY:
        assert budget.try_acquire(lane) == START + MINUTE_WINDOW
    else:
        assert budget.try_acquire(lane) is not None
        assert budget.try_acquire(Lane.MONEY) is None


def test_polling_does_not_hold_all_the_places_in_flight(budget):
    """Look-ups that hang for their whole deadline would otherwise hold up every debit of the merchant."""
    assert [budget.try_acquire(Lane.POLLING) for _ in range(3)] == [None, None, START]
    assert [budget.try_acquire(Lane.LOOK_UP) for _ in range(2)] == [None, START]
    assert [budget.try_acquire(Lane.MONEY) for _ in range(3)] == [None, None, START]


def test_a_lower_lane_waits_until_the_window_is_below_its_own_level(budget, clock):
    """Told the first expiry, it would come back for nothing, fifty times."""
    for _ in range(60):
        spend(budget, 1)
        clock.advance(timedelta(seconds=1))
    assert budget.try_acquire(Lane.POLLING) == START + timedelta(seconds=10) + MINUTE_WINDOW


def test_a_share_leaves_the_rest_to_the_other_service():
    """Shares that add up to one keep all services together within the vendor's limit."""
    assert HELCIM.share(0.6) == Quota(3, 60, 1800)
    assert HELCIM.share(0.4) == Quota(2, 40, 1200)
    assert HELCIM.share(0.001) == Quota(1, 1, 3)


def test_what_others_spend_is_counted_when_the_vendor_says_so(budget):
    """The vendor counts all tokens of a merchant, somebody's spreadsheet script too."""
    spend(budget, 10)
    budget.answered(minute_remaining=2, hour_remaining=2990)
    spend(budget, 2)
    assert budget.try_acquire(Lane.MONEY) == START + MINUTE_WINDOW


def test_a_remainder_as_large_as_ours_changes_nothing(budget):
    """With shares the vendor always has more left than we do."""
    spend(budget, 10)
    budget.answered(minute_remaining=90, hour_remaining=2990)
    spend(budget, 90)


def test_a_minute_that_others_emptied_stops_every_lane(budget, clock):
    """When it frees depends on calls that we have not seen, so the next try is after all of them."""
    spend(budget, 10)
    budget.answered(minute_remaining=0)
    assert budget.try_acquire(Lane.MONEY) == START + SPENT_MINUTE_PAUSE


def test_a_minute_that_we_emptied_ourselves_frees_as_our_calls_leave_it(budget, clock):
    """A pause on top would throw away half of the quota at full load."""
    spend(budget, 50)
    clock.advance(timedelta(seconds=30))
    spend(budget, 50)
    budget.answered(minute_remaining=0)
    clock.set(START + MINUTE_WINDOW)
    spend(budget, 50)


def test_a_pause_is_never_shortened(budget):
    """Two answers of 429 arrive in any order; the longer wait holds."""
    budget.pause(START + timedelta(minutes=1))
    budget.pause(START + timedelta(seconds=1))
    assert budget.try_acquire(Lane.MONEY) == START + timedelta(minutes=1)


def test_an_outage_is_probed_with_one_call_at_a_time_and_ever_more_rarely(budget, clock):
    """A vendor that is down gets one knock a minute at most, and its return is noticed within a minute."""
    for _ in range(OUTAGE_AFTER - 1):
        budget.not_reached()
    assert budget.paused_until is None
    pauses = []
    for _ in range(8):
        budget.not_reached()
        pauses.append(budget.paused_until - clock.now())
        clock.set(budget.paused_until)
    assert [pause.total_seconds() for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pauses[-1] == OUTAGE_PAUSE_MAX
    assert budget.try_acquire(Lane.MONEY) is None
    assert budget.try_acquire(Lane.MONEY) is not None


def test_the_first_answer_ends_the_outage(budget, clock):
    """Everything that waited may go at once, and one later failure is bad luck again, not an outage."""
    for _ in range(OUTAGE_AFTER):
        budget.not_reached()
    clock.set(budget.paused_until)
    assert budget.try_acquire(Lane.MONEY) is None
    budget.answered()
    assert budget.try_acquire(Lane.MONEY) is None
    budget.not_reached()
    assert budget.try_acquire(Lane.MONEY) is None
