"""What falls due by itself: in order, at its instant, and never after it was called off."""

from datetime import UTC, datetime, timedelta

from bankrails_sandbox.agenda import Agenda
from bankrails_sandbox.sliding_window import SlidingWindow

NOON = datetime(2024, 3, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_acts_are_carried_out_in_order_and_told_when_they_were_due() -> None:
    """Also one that is made on the way and is overdue already."""
    agenda, done = Agenda(), []

    def first(at: datetime) -> None:
        done.append(("first", at))
        agenda.add(at + MINUTE, lambda then: done.append(("follows", then)))

    agenda.add(NOON + 3 * MINUTE, lambda at: done.append(("last", at)))
    agenda.add(NOON + MINUTE, first)
    agenda.catch_up(NOON + 10 * MINUTE)
    assert done == [("first", NOON + MINUTE), ("follows", NOON + 2 * MINUTE), ("last", NOON + 3 * MINUTE)]
    assert agenda.next_due(NOON) is None


def test_the_next_due_time_is_after_now_and_of_nothing_called_off() -> None:
    """The clock steps there, so a time that has nothing to it would only cost a step."""
    agenda, done = Agenda(), []
    off = agenda.add(NOON + MINUTE, done.append)
    agenda.add(NOON + 2 * MINUTE, done.append)
    assert agenda.next_due(NOON) == NOON + MINUTE
    assert agenda.next_due(NOON + MINUTE) == NOON + 2 * MINUTE
    off.cancel()
    assert agenda.next_due(NOON) == NOON + 2 * MINUTE
    agenda.catch_up(NOON + 2 * MINUTE)
    assert done == [NOON + 2 * MINUTE]


def test_a_window_slides_and_its_end_is_open() -> None:
    """What happened exactly one span ago no longer counts."""
    window = SlidingWindow(2, MINUTE)
    for seconds in (0, 20):
        assert window.wait(NOON + timedelta(seconds=seconds)) is None
        window.take(NOON + timedelta(seconds=seconds))
    assert window.wait(NOON + timedelta(seconds=30)) == timedelta(seconds=30)
    assert window.wait(NOON + MINUTE) is None
