"""The engine of the demonstration: it believes what it reads, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bankrails_cli.output import Output
from bankrails_cli.story import Chapter, StoryFailed, Teller
from bankrails_cli.told import Told
from bankrails_contracts.envelope import Envelope, Headers, read
from bankrails_contracts.payments import CollectPayment

ACCEPTED = "bankrails.payments.payment-accepted.v1"
APPROVED = "bankrails.payments.payment-approved.v1"
REFUSED = "bankrails.payments.command-refused.v1"


class Notebook:
    """A Kafka that hands out what is put in, and notes what is written."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Told] = asyncio.Queue()
        self.written: list[tuple[str, str | None, Envelope, bytes]] = []

    async def records(self) -> AsyncIterator[Told]:
        while True:
            yield await self.waiting.get()

    async def write(self, topic: str, value: bytes, *, key: str | None, headers: Headers) -> tuple[int, int]:
        envelope, body = read(headers, value)
        self.written.append((topic, key, envelope, body))
        return 0, len(self.written)


class Stage:
    def __init__(self) -> None:
        self.kafka = Notebook()
        self.teller = Teller(Output(as_json=True), self.kafka.records(), self.kafka)
        self._made = 0

    def event(self, type_: str, answering: str, **data: Any) -> Told:
        self._made += 1
        envelope = Envelope(
            f"event-{self._made}",
            "/bankrails/payments",
            type_,
            subject="payment-1",
            causationid=answering,
            correlationid=self.teller.correlation_id,
        )
        return Told("events", 0, self._made, "payment-1", datetime.now(UTC), envelope, data)

    def happens(self, *events: Told) -> None:
        for event in events:
            self.kafka.waiting.put_nowait(event)


def told_so_far(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Names since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line.get("name", line["kind"]) for line in lines]


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_command_carries_the_storys_correlation_and_its_aggregate_as_key(stage: Stage) -> None:
    """By the one its events are recognised, by the other they keep their order."""
    sent = await stage.teller.send(CollectPayment, payment_id="payment-1", amount={"amount_minor": 0})
    [(topic, key, envelope, body)] = stage.kafka.written
    assert (topic, key) == ("bankrails.payments.commands", "payment-1")
    assert (envelope.id, envelope.correlationid) == (sent, stage.teller.correlation_id)
    assert json.loads(body) == {"payment_id": "payment-1", "amount": {"amount_minor": 0}}


async def test_only_the_answer_to_that_command_counts(stage: Stage) -> None:
    """An approval of another payment is no approval of this one."""
    stage.happens(stage.event(APPROVED, "other"), stage.event(APPROVED, "mine", vendor_payment_id="7"))
    told = await stage.teller.expect("PaymentApproved", answering="mine")
    assert told.data == {"vendor_payment_id": "7"}


async def test_events_of_other_stories_are_not_heard(stage: Stage) -> None:
    """On a Kafka that others use, their events are none of ours, whatever they answer."""
    foreign = stage.event(APPROVED, "mine", mine=False)
    assert foreign.envelope is not None
    foreign = replace(foreign, envelope=replace(foreign.envelope, correlationid="theirs"))
    stage.happens(foreign, stage.event(APPROVED, "mine", mine=True))
    assert (await stage.teller.expect("PaymentApproved", answering="mine", mine=True)) in stage.teller.heard
    assert len(stage.teller.heard) == 1


async def test_a_copy_that_was_published_again_counts_once(stage: Stage) -> None:
    """Delivery is at least once: after a crash a suffix may come again, with the original ids."""
    first = stage.event(APPROVED, "mine")
    stage.happens(first, first, stage.event(REFUSED, "next"))
    await stage.teller.expect("PaymentApproved", answering="mine")
    await stage.teller.expect("CommandRefused", answering="next")
    assert len(stage.teller.heard) == 2


async def test_what_came_before_it_was_expected_is_found(stage: Stage) -> None:
    """Events about different things come in any order: a mandate may be told before the account's default."""
    stage.happens(stage.event(ACCEPTED, "first"), stage.event(APPROVED, "second"))
    await stage.teller.expect("PaymentApproved", answering="second")
    assert (await stage.teller.expect("PaymentAccepted", answering="first")).name == "PaymentAccepted"


async def test_an_event_that_nobody_commanded_is_expected_by_what_it_is_about(stage: Stage) -> None:
    """What a service does by itself goes back to no command of ours."""
    elsewhere = stage.event(APPROVED, "x")
    assert elsewhere.envelope is not None
    elsewhere = replace(elsewhere, envelope=replace(elsewhere.envelope, subject="payment-2"))
    stage.happens(elsewhere, stage.event(APPROVED, "y"))
    assert (await stage.teller.expect("PaymentApproved", about="payment-1")).answers == "y"


async def test_a_no_to_a_step_that_nobody_commanded_ends_the_story_too(stage: Stage) -> None:
    """The command was a service's own; waiting for what it should have brought would hide the reason."""
    stage.happens(stage.event(REFUSED, "somebody's own", code="ACCOUNT_LIMIT_REACHED"))
    with pytest.raises(StoryFailed, match="ACCOUNT_LIMIT_REACHED"):
        await stage.teller.expect("PaymentApproved", about="payment-1")


async def test_what_comes_later_is_told_later(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A chapter shows what it is about, although services do not wait for it to end."""
    first, later = stage.event(ACCEPTED, "mine"), stage.event(APPROVED, "mine")
    stage.happens(later, replace(first, at=first.at - timedelta(seconds=1)))
    await stage.teller.expect("PaymentAccepted", answering="mine")
    assert told_so_far(capsys) == ["PaymentAccepted"]
    await stage.teller.expect("PaymentApproved", answering="mine")
    assert told_so_far(capsys) == ["PaymentApproved"]


async def test_a_story_that_fails_shows_all_that_was_heard(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The event that explains it may be the one that nobody waited for."""

    async def fail(scene: None) -> None:
        stage.happens(stage.event(APPROVED, "other"), stage.event(REFUSED, "mine", code="INVALID"))
        await stage.teller.expect("PaymentAccepted", answering="mine")

    async def none() -> int:
        return 0

    with pytest.raises(StoryFailed):
        await stage.teller.run((Chapter("first", fail, debits=0),), None, none)
    assert told_so_far(capsys)[1:] == ["PaymentApproved", "CommandRefused"]


async def test_a_no_that_was_not_expected_ends_the_story_at_once(stage: Stage) -> None:
    """Waiting for the time-out would hide the reason that is already here."""
    stage.happens(stage.event(REFUSED, "mine", code="INVALID"))
    with pytest.raises(StoryFailed, match="INVALID"):
        await stage.teller.expect("PaymentApproved", answering="mine")


async def test_an_answer_with_other_values_is_not_the_one_expected(stage: Stage) -> None:
    """A refusal that names another field teaches another lesson."""
    stage.happens(stage.event(REFUSED, "mine", code="INVALID", field="payer_id"))
    with pytest.raises(StoryFailed, match="payer_id"):
        await stage.teller.expect("CommandRefused", answering="mine", code="INVALID", field="amount.amount_minor")


async def test_the_vendors_books_are_compared_after_each_chapter(stage: Stage) -> None:
    """A second debit must fail the demonstration even when every event looks right."""

    async def nothing(scene: None) -> None: ...

    async def two() -> int:
        return 2

    chapters = (Chapter("first", nothing, debits=2), Chapter("second", nothing, debits=1))
    with pytest.raises(StoryFailed, match="chapter 2, second: 1 debits at the vendor were expected, 2"):
        await stage.teller.run(chapters, None, two)
