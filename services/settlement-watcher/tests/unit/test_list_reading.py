"""Turning the pages of a list that moves: when it counts as read, and that what moves away is not lost."""

import random
from datetime import date

import pytest
from settlement_watcher.domain.list_reading import PAGES_MAX, ListReading, turn

DAY = date(2026, 3, 2)
ROWS = 3
"""On a page."""


def read(pages_of, before=None):
    """Read until done. `pages_of(number of the reading)`: its pages. The pages asked for, what was shown, the end."""
    reading, asked, shown = ListReading(DAY, DAY, before=before), [], set()
    while True:
        asked.append((reading.number, reading.page))
        pages = pages_of(reading.number)
        ids = pages[reading.page - 1] if reading.page <= len(pages) else []
        shown |= set(ids)
        turned = turn(reading, ids, ROWS)
        if turned.next is None:
            return asked, shown, turned
        reading = ListReading.from_json(turned.next.as_json())  # as it goes through the store


def test_one_page_is_one_answer_and_read_once():
    asked, _, turned = read(lambda number: [[1, 2]])
    assert (asked, turned.disagrees, turned.digest) == ([(1, 1)], False, None)


def test_several_pages_are_read_until_two_readings_hold_the_same_ids():
    asked, _, turned = read(lambda number: [[1, 2, 3], [4]])
    assert asked == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert turned.digest is not None


def test_a_full_last_page_is_followed_by_an_empty_one():
    """There is no total and no next link: only a page that is not full is the last."""
    asked, _, _ = read(lambda number: [[1, 2, 3], []])
    assert asked == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_a_row_that_slipped_between_two_pages_is_seen_by_the_next_reading():
    """Ordered by its last change, say: 4 moves up while page 1 is read, and pushes 3, unread, to where we have been."""
    asked, shown, turned = read(lambda number: [[1, 2, 3], [5]] if number == 1 else [[4, 1, 2], [3, 5]])
    assert shown == {1, 2, 3, 4, 5}
    assert (asked[-1], turned.disagrees) == ((3, 2), False)


def test_readings_that_never_agree_end_with_the_third_and_say_so():
    asked, _, turned = read(lambda number: [[1, 2, 3], [number * 10]])
    assert (asked[-1], turned.disagrees, turned.digest) == ((3, 2), True, None)


def test_what_the_last_look_has_read_is_the_other_reading():
    """Days that are over get no new rows: at every later look one reading is enough, half the calls."""
    _, _, first = read(lambda number: [[1, 2, 3], [4]])
    asked, _, turned = read(lambda number: [[4, 3, 2], [1]], before=first.digest)
    assert (asked, turned.digest) == ([(1, 1), (1, 2)], first.digest)
    asked, _, _ = read(lambda number: [[5, 4, 3], [2, 1]], before=first.digest)
    assert asked == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_pages_without_an_end_end():
    """A vendor that ignores the page number must not keep a merchant's sweep for ever."""
    asked, _, turned = read(lambda number: [[1, 2, 3]] * (PAGES_MAX + 5))
    assert (len(asked), turned.disagrees) == (PAGES_MAX, True)


@pytest.mark.parametrize("seed", range(20))
def test_a_list_that_only_grows_hides_nothing_whatever_its_order(seed):
    """Rejected and returned rows enter the list at any place while it is turned, and leave it never."""
    dice = random.Random(seed)
    order = list(range(100))
    dice.shuffle(order)
    members = set(dice.sample(order, 12))
    from_the_start = set(members)
    shown, reading = set(), ListReading(DAY, DAY, came_back=True)
    while reading is not None:
        rows = [id for id in order if id in members]
        page = rows[(reading.page - 1) * ROWS : reading.page * ROWS]
        shown |= set(page)
        reading = turn(reading, page, ROWS).next
        members.add(dice.choice(order))
    assert from_the_start <= shown
