"""A batch's states, written out a second time, and what each step tells."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from bankrails_contracts.money import Currency
from settlement_watcher.domain.batch import Batch, BatchShown, BatchState, BatchTrigger, next_state
from settlement_watcher.domain.batch_looks import next_batch_look
from settlement_watcher.handlers.batch_steps import Step, close, first_seen, plan_reconciliation, settled, show
from settlement_watcher.reconciling_ports import Members

LAWFUL = {
    ("ASKED", "shown"): "OPEN",
    ("OPEN", "shown_closed"): "CLOSED",
    ("CLOSED", "members_done"): "SETTLED",
}


@pytest.mark.parametrize(("state", "trigger"), list(product(BatchState, BatchTrigger)))
def test_every_state_under_every_trigger(state: BatchState, trigger: BatchTrigger) -> None:
    """What the vendor shows is never refused: where it leads nowhere, nothing changes."""
    assert next_state(state, trigger) == LAWFUL.get((state.value, trigger.value), state.value)


def a_batch(state: BatchState, **fields: Any) -> Batch:
    return Batch(**({"id": "47339", "merchant_id": "maple-books", "currency": Currency.CAD, "state": state} | fields))


def names(step: Step) -> list[str]:
    return [type(event).__name__ for event in step.events]


def walked(step: Step, shown: BatchShown, members: Members | None, unseen: int, now: datetime) -> Step:
    show(step, shown, now)
    close(step, members or Members(), unseen, now)
    plan_reconciliation(step, now)
    settled(step, members, now)
    return step


def shown(noon: datetime, *, closed: bool) -> BatchShown:
    return BatchShown("47339", closed, noon - timedelta(hours=8), noon if closed else None)


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("members", [None, Members(1, 5, moving=1), Members(1, 5, cleared=1)])
def test_what_is_told_in_every_state_of_every_look(
    state: BatchState, closed: bool, members: Members | None, noon: datetime
) -> None:
    """Each word once, in order, whatever was missed in between."""
    step = walked(Step(a_batch(state, closed_at=noon)), shown(noon, closed=closed), members, 0, noon)
    expected = []
    if state is BatchState.ASKED:
        expected.append("BatchOpened")
    closes = closed and state in (BatchState.ASKED, BatchState.OPEN)
    if closes:
        expected.append("BatchClosed")
    done = members is not None and not members.moving
    if done and (closes or state is BatchState.CLOSED):
        expected.append("BatchSettled")
    assert names(step) == expected


def test_the_close_waits_for_payments_that_may_be_in_it_but_not_for_ever(noon: datetime) -> None:
    """Their number is part of what is said; one that the vendor never shows must not keep it back."""
    step = first_seen(shown(noon, closed=True), "maple-books", Currency.CAD)
    walked(step, shown(noon, closed=True), Members(1, 500, moving=1), 2, noon)
    assert names(step) == ["BatchOpened"]
    later = Step(step.batch)
    close(later, Members(1, 500, moving=1), 2, noon + timedelta(minutes=14))
    assert names(later) == []
    close(later, Members(1, 500, moving=1), 2, noon + timedelta(minutes=15))
    assert names(later) == ["BatchClosed"]
    assert later.batch.closed_at == noon


def test_a_closed_batch_is_compared_once_by_itself_and_again_when_it_settles(noon: datetime) -> None:
    step = Step(a_batch(BatchState.CLOSED, closed_at=noon))
    plan_reconciliation(step, noon)
    plan_reconciliation(step, noon)
    assert [work.due_at for work in step.work] == [noon + timedelta(minutes=35)]
    settled(step, Members(2, 10, cleared=1, returned=1), noon)
    assert [work.due_at for work in step.work] == [noon + timedelta(minutes=35), None]
    assert (step.batch.cleared, step.batch.returned) == (1, 1)


def test_a_batch_of_others_ends_without_a_payment_of_ours(noon: datetime) -> None:
    """Or every day's batch of a merchant that debits at the portal would be looked through for ever."""
    step = Step(a_batch(BatchState.CLOSED, closed_at=noon, reconcile_planned=True))
    settled(step, None, noon + timedelta(days=29))
    assert names(step) == []
    settled(step, None, noon + timedelta(days=30))
    assert names(step) == ["BatchSettled"]


def test_the_list_is_read_minutes_after_the_close_on_both_sides_of_a_change_of_the_clocks(merchants: Any) -> None:
    """17:00 in New York is 22:00 UTC until 7 March 2026 and 21:00 UTC from the 8th on."""
    zone, calendar = merchants.zone("liberty-books"), merchants.calendar("liberty-books")
    looks = [
        next_batch_look(zone, calendar, datetime.fromisoformat(now), open_batches=True, waits_for_members=False)
        for now in ("2026-03-07T21:30:00+00:00", "2026-03-08T20:30:00+00:00")
    ]
    assert [(look.at.isoformat(), look.asks) for look in looks] == [
        ("2026-03-07T22:03:00+00:00", True),
        ("2026-03-08T21:03:00+00:00", True),
    ]


def test_by_day_the_vendor_is_asked_only_while_something_is_open(merchants: Any) -> None:
    zone, calendar = merchants.zone("liberty-books"), merchants.calendar("liberty-books")
    now = datetime.fromisoformat("2026-03-03T14:00:00+00:00")
    for is_open in (True, False):
        look = next_batch_look(zone, calendar, now, open_batches=is_open, waits_for_members=False)
        assert (look.at.isoformat(), look.asks) == ("2026-03-03T15:10:00+00:00", is_open)
