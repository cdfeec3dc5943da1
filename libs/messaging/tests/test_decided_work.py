"""What a decision may do to work that exists: end what rests, and have what is in doubt looked up at once."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from bankrails_contracts.payments import CollectPayment
from bankrails_messaging.calls import Answer, Effect, KeyedCall, Payload, Unconfirmed
from bankrails_messaging.decisions import Decision, Handling
from bankrails_messaging.rows import to_micros
from bankrails_messaging.store import Store
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.engine import BUDGET, START, Engine, Outcomes, Thing
from bankrails_vendor_http.errors import OutcomeUnknown
from sqlalchemy import Connection

KIND = "debit"
Open = Callable[[dict[str, Any]], Store]


class Vendor(KeyedCall):
    kind = KIND
    key_life = timedelta(minutes=5)

    def __init__(self) -> None:
        self.steps: deque[Exception] = deque()
        self.listed: Sequence[Effect] = ()
        self.sent = self.looks = 0

    def body(self, payload: Payload) -> bytes:
        return b""

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        self.sent += 1
        if self.steps:
            raise self.steps.popleft()
        return {}

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        self.looks += 1
        return self.listed

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return set()


class Deciding:
    """Decides each command as it is told to."""

    def __init__(self) -> None:
        self.decision = Decision()

    @property
    def handling(self) -> Handling[CollectPayment, None]:
        return Handling(CollectPayment, lambda reads, commands: [None] * len(commands), lambda *_: self.decision)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes(KIND)


@pytest.fixture
async def engine(open_sqlite: Open, vendor: Vendor, deciding: Deciding, outcomes: Outcomes) -> AsyncIterator[Engine]:
    store = open_sqlite({})
    async with Engine(store, handlings=[deciding.handling], answerings=[outcomes.answering], calls=[vendor]) as opened:
        yield opened


def debit(id: str, key: str = "p1", *, due_at: datetime = START, **more: Any) -> WorkRow:
    made = {"payload": {}, "budget": BUDGET, "lane": 0, "causation_id": "c", "correlation_id": "c", "gate": "g"}
    return WorkRow(id=id, key=key, kind=KIND, due_at=to_micros(due_at), **(made | more))


async def decided(engine: Engine, deciding: Deciding, decision: Decision, payment_id: str = "p1") -> None:
    deciding.decision = decision
    await engine.send(collect_payment("payer", "account", payment_id=payment_id))
    await engine.idle()


async def test_what_nobody_has_tried_ends_and_never_flies(engine: Engine, vendor: Vendor, deciding: Deciding) -> None:
    """A payment that is stopped while it waits for its day."""
    await engine.work(debit("w1", due_at=START + timedelta(days=10)))
    await decided(engine, deciding, Decision(ends=(KIND,)))
    engine.clock.advance(timedelta(days=11))
    await engine.idle()
    assert (vendor.sent, engine.pool.by_state()[WorkState.DUE]) == (0, 0)


async def test_what_is_said_of_another_aggregate_ends_that_ones_work(
    engine: Engine, vendor: Vendor, deciding: Deciding
) -> None:
    """A revoked mandate ends the work of each payment that waits for it, and of no other."""
    later = START + timedelta(days=1)
    await engine.work(debit("w1", "p1", due_at=later), debit("w2", "p2", due_at=later, gate="h"))
    await decided(engine, deciding, Decision(also=(Decision(Thing("p2"), ends=(KIND,)),)))
    engine.clock.advance(timedelta(days=2))
    await engine.idle()
    assert vendor.sent == 1


async def test_what_waits_for_an_operator_ends_and_opens_its_gate(
    engine: Engine, vendor: Vendor, deciding: Deciding, outcomes: Outcomes
) -> None:
    """The twin that waited behind it goes out."""
    vendor.steps.append(OutcomeUnknown(KIND, "silence"))
    vendor.listed = [Effect("1", {}), Effect("2", {})]
    await engine.work(debit("w1"), debit("w2", "p2"))
    await engine.until(lambda: vendor.sent, "the first attempt")
    engine.clock.advance(timedelta(minutes=5))
    await engine.until(lambda: "ambiguous" in outcomes.results, "an operator's case")
    assert outcomes.seen[-1].answer == {"candidates": ["1", "2"]}
    await decided(engine, deciding, Decision(ends=(KIND,)))
    assert [outcome.work_id for outcome in outcomes.seen][-1] == "w2"
    assert engine.pool.by_state()[WorkState.OPERATOR] == 0


async def test_what_is_in_doubt_is_not_ended(engine: Engine, vendor: Vendor, deciding: Deciding) -> None:
    """An attempt may have happened: only its look-up, or a person, says what became of it."""
    vendor.steps.append(OutcomeUnknown(KIND, "silence"))
    await engine.work(debit("w1"))
    await engine.until(lambda: vendor.sent, "the first attempt")
    await decided(engine, deciding, Decision(ends=(KIND,)))
    assert sum(engine.pool.by_state().values()) == 1


async def test_what_is_in_doubt_is_looked_up_at_once_when_something_was_heard(
    engine: Engine, vendor: Vendor, deciding: Deciding, outcomes: Outcomes
) -> None:
    """And not only minutes later, when its next look is due."""
    vendor.steps.append(OutcomeUnknown(KIND, "silence"))
    await engine.work(debit("w1"))
    await engine.until(lambda: vendor.sent, "the first attempt")
    engine.clock.advance(timedelta(minutes=5))
    await engine.until(lambda: vendor.looks == 1, "the first look")
    await engine.idle()
    vendor.listed = [Effect("1", {})]
    await decided(engine, deciding, Decision(looks_up=("somebody else",)), "p9")
    assert vendor.looks == 1
    await decided(engine, deciding, Decision(looks_up=("p1",)), "p9")
    assert (vendor.looks, outcomes.results) == (2, ["unknown", "answered"])


async def test_what_is_done_and_not_confirmed_is_looked_up_and_not_sent_again(
    engine: Engine, vendor: Vendor, outcomes: Outcomes
) -> None:
    """However young its key is: the vendor said that it happened."""
    vendor.steps.append(Unconfirmed(KIND, "done, and its sentence names no transaction"))
    vendor.listed = [Effect("1", {})]
    await engine.work(debit("w1"))
    await engine.idle()
    assert (vendor.sent, vendor.looks, outcomes.results) == (1, 1, ["unknown", "answered"])
