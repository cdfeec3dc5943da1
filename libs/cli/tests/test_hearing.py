"""Which of all events belong to a story."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from bankrails_cli.hearing import Hearing
from bankrails_cli.told import Told
from bankrails_contracts.envelope import Envelope


def an_event(id_: str, correlation: str, **data: str) -> Told:
    envelope = Envelope(id_, "/bankrails/settlement", "bankrails.settlement.test.v1", correlationid=correlation)
    return Told("events", 0, 0, None, datetime.now(UTC), envelope, data)


async def heard(*events: Told, count: int) -> list[str | None]:
    async def records() -> AsyncIterator[Told]:
        for event in events:
            yield event

    hearing = Hearing(records(), "ours")
    return [(await hearing.next()).envelope.id for _ in range(count)]  # type: ignore[union-attr]  # each has one


async def test_what_a_sweep_tells_of_our_payment_is_ours() -> None:
    """One look at the vendor tells of many payments: it goes back to no command, and carries its own correlation."""
    events = (
        an_event("accepted", "ours", payment_id="p-1"),
        an_event("cleared", "sweep", payment_id="p-1"),
        an_event("of another", "sweep", payment_id="p-2"),
        an_event("final", "sweep", payment_id="p-1"),
    )
    assert await heard(*events, count=3) == ["accepted", "cleared", "final"]


async def test_a_batch_is_ours_once_it_is_known_to_hold_our_payment() -> None:
    """Its closing lies in another partition, and may be read first."""
    events = (
        an_event("accepted", "ours", payment_id="p-1"),
        an_event("closed", "sweep", vendor_batch_id="b-1"),
        an_event("another closed", "sweep", vendor_batch_id="b-2"),
        an_event("in settlement", "sweep", payment_id="p-1", vendor_batch_id="b-1"),
        an_event("cleared", "sweep", payment_id="p-1"),
    )
    assert await heard(*events, count=4) == ["accepted", "in settlement", "closed", "cleared"]


async def test_a_copy_counts_once_also_among_what_was_passed_over() -> None:
    """Delivery is at least once."""
    closed = an_event("closed", "sweep", vendor_batch_id="b-1")
    ours = an_event("in settlement", "ours", vendor_batch_id="b-1")
    assert await heard(closed, closed, ours, ours, an_event("last", "ours"), count=3) == [
        "in settlement",
        "closed",
        "last",
    ]
