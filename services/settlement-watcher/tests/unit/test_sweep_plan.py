"""What a look asks for: few calls, the newest first, and nothing that one old payment makes long."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from settlement_watcher.domain.list_reading import ListReading
from settlement_watcher.domain.sweep_plan import (
    OLD_DAYS_MAX,
    SINGLES_MAX,
    Cursor,
    Followed,
    Single,
    days_of,
    plan,
)

NOW = datetime(2026, 3, 31, 18, tzinfo=UTC)
"""Noon by the vendor's clock."""
DAY = timedelta(days=1)
TODAY = date(2026, 3, 31)


def day(at):
    return wall_date(at, MOUNTAIN_TIME)


def followed(number, ago=timedelta(0), *, seen=True, due=False, prefix="p"):
    return [Followed(f"{prefix}{n}", str(n), NOW - ago, seen, due) for n in range(number)]


def planned(items, recent=(), rows=None, seed=1):
    days = set(recent).union(*(days_of(item, day) for item in items))
    counted = dict.fromkeys(days, 0) | (rows or {})
    return plan(items, recent, day, counted, NOW, random.Random(seed))


def spans(made):
    return [(item.start_on, item.end_on) for item in made.lists]


def test_nothing_followed_is_nothing_asked():
    assert planned([]) == planned([], ())
    assert (planned([]).lists, planned([]).singles) == ((), ())


def test_days_beside_each_other_share_a_list_while_they_fit_on_a_page():
    items = followed(30) + followed(30, DAY) + followed(30, 2 * DAY)
    rows = {TODAY: 40, TODAY - DAY: 40, TODAY - 2 * DAY: 40}
    assert spans(planned(items, rows=rows)) == [(TODAY - DAY, TODAY), (TODAY - 2 * DAY, TODAY - 2 * DAY)]


def test_the_newest_day_comes_first():
    """Where the quota is short the oldest waits longest."""
    items = followed(500, 9 * DAY) + followed(500, DAY) + followed(500, 4 * DAY)
    rows = dict.fromkeys((TODAY - n * DAY for n in (9, 4, 1)), 500)
    starts = [start for start, _ in spans(planned(items, rows=rows))]
    assert starts == [TODAY - DAY, TODAY - 4 * DAY, TODAY - 9 * DAY]


def test_one_old_payment_is_one_call_and_widens_no_list():
    made = planned(followed(200, DAY) + followed(1, 25 * DAY, prefix="old"), rows={TODAY - DAY: 200})
    assert spans(made) == [(TODAY - DAY, TODAY - DAY)]
    assert [item.payment_id for item in made.singles] == ["old0"]


def test_a_day_is_listed_where_that_takes_fewer_calls():
    """Three of a thousand rows: eight pages, or three calls."""
    rows = {TODAY - 3 * DAY: 1_000}
    assert planned(followed(3, 3 * DAY), rows=rows).lists == ()
    assert planned(followed(9, 3 * DAY), rows=rows).lists == ()
    assert len(planned(followed(10, 3 * DAY), rows=rows).lists) == 1


def test_one_that_nobody_has_seen_may_be_listed_a_day_earlier_or_later():
    """The vendor's dates have no zone that can be relied on."""
    (item,) = followed(1, seen=False)
    assert days_of(item, day) == {TODAY - DAY, TODAY, TODAY + DAY}
    assert days_of(followed(1)[0], day) == {TODAY}
    assert days_of(Followed("p", "1", NOW + timedelta(hours=11), True), day) == {TODAY, TODAY + DAY}


def test_recent_days_are_listed_in_any_case_and_their_payments_with_them():
    made = planned(followed(1, seen=False), [TODAY - DAY, TODAY, TODAY + DAY])
    assert spans(made) == [(TODAY - DAY, TODAY + DAY)]
    assert made.singles == ()


def test_singles_are_few_at_a_time_and_each_has_its_turn():
    waiting = [Followed(f"p{n}", str(n), NOW - timedelta(days=40 + n), True) for n in range(3 * SINGLES_MAX)]
    asked = set()
    for seed in range(40):
        singles = planned(waiting, seed=seed).singles
        assert len(singles) == SINGLES_MAX
        asked |= {item.payment_id for item in singles}
    assert len(asked) == 3 * SINGLES_MAX


def test_of_what_is_due_nothing_waits_for_its_turn():
    due = [Followed(f"p{n}", str(n), NOW - timedelta(days=40 + n), True, True) for n in range(3 * SINGLES_MAX)]
    assert len(planned(due).singles) == 3 * SINGLES_MAX


def test_old_days_that_stay_open_are_listed_a_few_at_a_time():
    """Mandates that are never accepted must not make every look longer, for ever."""
    waiting = [item for n in range(40, 60) for item in followed(50, n * DAY)]
    assert len(planned(waiting).lists) <= OLD_DAYS_MAX
    fresh = [item for n in range(1, 21, 2) for item in followed(50, n * DAY)]
    assert len(planned(fresh).lists) == 10


@pytest.fixture
def cursor():
    return Cursor(
        NOW,
        NOW,
        lists=(ListReading(TODAY, TODAY, came_back=True, page=3, number=2, digest="0f", before="0e"),),
        singles=(Single("p", "801"),),
        whole={"a list": "0a"},
        banks_at=NOW - DAY,
    )


def test_a_cursor_survives_its_way_through_the_store(cursor):
    assert Cursor.from_json(cursor.as_json()) == cursor
    bare = Cursor(NOW, NOW)
    assert Cursor.from_json(bare.as_json()) == bare
    assert bare.kept() == {"whole": {}, "banks_at": None}


def test_a_sweep_that_takes_long_reads_the_newest_again_and_goes_on():
    """The list whose turn it is goes first, so what is old has its turn in every round."""
    old, older, oldest = (ListReading(TODAY - n * DAY, TODAY - n * DAY) for n in (5, 6, 7))
    new, later = ListReading(TODAY, TODAY), NOW + timedelta(hours=1)
    going_on = Cursor(NOW, NOW, lists=(old, older, oldest)).with_newest([new], later)
    assert (going_on.lists, going_on.newest_at) == ((old, new, older, oldest), later)
    assert going_on.with_newest([new], later).lists == going_on.lists
    in_hand = Cursor(NOW, NOW, lists=(ListReading(TODAY, TODAY, page=7), old))
    assert in_hand.with_newest([new], later).lists == in_hand.lists
