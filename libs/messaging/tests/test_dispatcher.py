"""The dispatcher: order within a key, many keys at once, and what a bug or a crash costs: one key."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import DefaultBankAccountSet, RegisterPayer, SetDefaultBankAccount
from bankrails_messaging import recovery
from bankrails_messaging.decisions import Answering, Decision, Handling, Refusal, Work
from bankrails_messaging.dispatcher import DECISION, IN_HAND_CRASHES_MAX
from bankrails_messaging.rows import Changes, InboxRow
from bankrails_messaging.sorting import INTERNAL
from bankrails_messaging.sqlite_store import create_sqlite_engine
from bankrails_messaging.stops import Stop
from bankrails_messaging.store import Store, StoreConflict
from bankrails_testkit.commands import register_payer, set_default
from bankrails_testkit.engine import BUDGET, THING_REPOSITORY, THINGS, Engine, Record, Thing, ThingReads, record_of
from bankrails_vendor_http.budget import Lane

Open = Callable[[dict[str, Any]], Store]
Decide = Callable[[Any, Thing | None, datetime], Decision | Refusal]


def load(reads: ThingReads, commands: Sequence[Any]) -> list[Thing | None]:
    return reads.things([command.payer_id for command in commands])


def touched(command: SetDefaultBankAccount) -> DefaultBankAccountSet:
    return DefaultBankAccountSet(
        merchant_id=command.merchant_id, payer_id=command.payer_id, bank_account_id=command.bank_account_id
    )


def make(command: RegisterPayer, thing: Thing | None, now: datetime) -> Decision:
    return Decision(Thing(command.payer_id))


def touch(command: SetDefaultBankAccount, thing: Thing | None, now: datetime) -> Decision:
    """`bank_account_id` says how to behave."""
    if command.bank_account_id == "bug":
        raise ZeroDivisionError("a bug")
    return Decision(replace(thing or Thing(command.payer_id), state=command.bank_account_id), (touched(command),))


@pytest.fixture
def engine_for(open_sqlite: Open) -> Callable[..., Engine]:
    def build(decide: Decide = touch, loading: Any = load, **more: Any) -> Engine:
        making = Handling(RegisterPayer, load, make, existing=lambda thing: thing)
        touching = Handling(SetDefaultBankAccount, loading, decide)
        return Engine(open_sqlite({}), handlings=[making, touching], **more)

    return build


async def test_a_keys_messages_are_decided_in_the_order_of_their_arrival(engine_for: Callable[..., Engine]) -> None:
    """Everything that a state machine promises rests on this; and no key waits for another."""
    async with engine_for() as engine:
        sent = [set_default(f"p{n % 7}", f"a{n}") for n in range(200)]
        await engine.send(*sent)
        await engine.until(lambda: len(engine.published) == len(sent))
    for key in range(7):
        told = [event for event in engine.published if event.subject == f"p{key}"]
        assert [event.data["bank_account_id"] for event in told] == [
            command.bank_account_id for command in sent if command.payer_id == f"p{key}"
        ]
        assert [event.sequence for event in told] == list(range(1, len(told) + 1))


async def test_many_keys_share_a_commit(engine_for: Callable[..., Engine]) -> None:
    """A commit costs a wait for the disk whatever its size, and a thousand of them a second are not to be had."""
    async with engine_for() as engine:
        await engine.send(*[set_default(f"p{n}", "a") for n in range(100)])
        await engine.until(lambda: len(engine.published) == 100)
        decided = [changes for changes in engine.landed if changes.decided]
    assert max(len(changes.decided) for changes in decided) > 20


async def test_a_bug_parks_its_key_and_nobody_else(engine_for: Callable[..., Engine]) -> None:
    """A person is told at once, by the error's type alone; its text may hold anything."""
    async with engine_for() as engine:
        (bad,) = await engine.send(set_default("p1", "bug"))
        (behind,) = await engine.send(set_default("p1", "a"))
        (other,) = await engine.send(set_default("p2", "a"))
        await engine.until(lambda: len(engine.published) == 3)
        assert engine.dispatcher.parked == {"p1": bad}
        (parked,), (waiting,), (fine,) = engine.answers(bad), engine.answers(behind), engine.answers(other)
        assert (parked.name, parked.data["reason"], parked.data.get("behind")) == (
            "command-parked",
            "ZeroDivisionError",
            None,
        )
        assert (waiting.name, waiting.data["behind"]) == ("command-parked", bad)
        assert fine.name == "default-bank-account-set"
        await engine.until(lambda: engine.dispatcher.waiting == 0, "nothing that counts as waiting")


async def test_a_released_key_goes_on_from_its_head(engine_for: Callable[..., Engine]) -> None:
    """After the bug is put right, nothing was lost and nothing overtook."""
    broken = True

    def decide(command: Any, thing: Thing | None, now: datetime) -> Decision:
        if broken:
            raise ZeroDivisionError
        return touch(command, thing, now)

    async with engine_for(decide) as engine:
        ids = await engine.send(*[set_default("p1", f"a{n}") for n in range(3)])
        await engine.until(lambda: len(engine.published) == 3)
        broken = False
        assert await engine.dispatcher.release("nobody") == 0
        assert await engine.dispatcher.release("p1") == 3
        await engine.until(lambda: len(engine.published) == 6)
        assert [event.cause for event in engine.published[3:]] == ids
        assert engine.dispatcher.parked == {}
        await engine.until(lambda: engine.dispatcher.waiting == 0, "nothing that counts as waiting")
        await engine.send(set_default("p1", "later"))
        await engine.until(lambda: len(engine.published) == 7)


async def test_a_key_released_too_early_is_parked_again(engine_for: Callable[..., Engine]) -> None:
    """Releasing is not repairing."""
    async with engine_for() as engine:
        await engine.send(set_default("p1", "bug"), set_default("p1", "a"))
        await engine.until(lambda: len(engine.published) == 2)
        await engine.dispatcher.release("p1")
        await engine.until(lambda: len(engine.published) == 4)
        assert {event.name for event in engine.published} == {"command-parked"}
        assert len(engine.dispatcher.parked) == 1


async def test_a_parked_key_stays_parked_after_a_restart(engine_for: Callable[..., Engine]) -> None:
    """A restart repairs nothing; what comes in then waits behind it too, and nobody is told twice."""
    async with engine_for() as engine:
        (bad, _) = await engine.send(set_default("p1", "bug"), set_default("p1", "a"))
        await engine.until(lambda: len(engine.published) == 2)
    async with engine_for() as again:
        await again.idle()
        assert again.published == []
        assert again.dispatcher.parked == {"p1": bad}
        await again.receive(record_of(set_default("p1", "b"), "new"))
        await again.until(lambda: len(again.published) == 1)
        assert again.published[0].data["behind"] == bad
        assert await again.dispatcher.release("p1") == 3


async def test_what_cannot_be_enacted_parks_its_key_and_leaves_nothing(engine_for: Callable[..., Engine]) -> None:
    """Half a verdict, a state without its event, would be a lie in the store."""

    def decide(command: Any, thing: Thing | None, now: datetime) -> Decision:
        work = Work("w", {"cannot": object()}, BUDGET, Lane.MONEY)
        return Decision(Thing(command.payer_id, "HALF"), (touched(command),), (work,))

    async with engine_for(decide) as engine:
        await engine.send(set_default("p1", "a"))
        await engine.until(lambda: engine.published)
        assert [event.name for event in engine.published] == ["command-parked"]
        stored = await engine.store.read(lambda connection: THING_REPOSITORY.get_many(connection, ["p1"]))
        assert stored == {}


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("x"), TypeError("x"), AttributeError("x")])
async def test_a_bug_in_loading_parks_the_one_that_it_is_about(
    error: Exception, engine_for: Callable[..., Engine]
) -> None:
    """Loading is shared by a wave; its failure must not be."""

    def loading(reads: ThingReads, commands: Sequence[Any]) -> list[Thing | None]:
        if any(command.payer_id == "bad" for command in commands):
            raise error
        return load(reads, commands)

    async with engine_for(loading=loading) as engine:
        await engine.send(*[set_default(key, "a") for key in ("good1", "bad", "good2")])
        await engine.until(lambda: len(engine.published) == 3)
    assert {event.name: event.subject for event in engine.published if event.name == "command-parked"} == {
        "command-parked": "c2"
    }


# Repeats


async def test_a_command_for_what_exists_is_refused_with_its_state(engine_for: Callable[..., Engine]) -> None:
    """A new id for the same wish: told apart from a different wish by the content that made it."""
    async with engine_for() as engine:
        first = register_payer(payer_id="p1")
        await engine.send(first)
        await engine.until(lambda: engine.dispatcher.waiting == 0)
        same, other = await engine.send(first, register_payer(payer_id="p1", contact_name="Grace Hopper"))
        await engine.until(lambda: len(engine.published) == 2)
    codes = {event.cause: (event.data["code"], event.data["state"], event.sequence) for event in engine.published}
    assert codes == {same: (RefusalCode.ALREADY_EXISTS, "NEW", 1), other: (RefusalCode.CONFLICT, "NEW", 2)}


async def test_this_guard_outlives_the_inbox(engine_for: Callable[..., Engine]) -> None:
    """The inbox forgets after two weeks; the aggregate does not."""
    async with engine_for() as engine:
        command = register_payer(payer_id="p1")
        await engine.receive(record_of(command, "once"))
        await engine.until(lambda: engine.dispatcher.waiting == 0)
        await engine.store.write(lambda connection: recovery.forget_answered(connection, 2**60))
        await engine.receive(record_of(command, "once"))
        await engine.until(lambda: engine.published)
    assert engine.published[0].data["code"] == RefusalCode.ALREADY_EXISTS


async def test_a_reused_id_is_refused_without_touching_the_aggregate(engine_for: Callable[..., Engine]) -> None:
    """The refusal answers the command, and the aggregate's sequence is not raised by somebody's mistake."""
    async with engine_for() as engine:
        await engine.receive(record_of(set_default("p1", "a"), "id"))
        await engine.receive(record_of(set_default("p1", "a"), "id"), record_of(set_default("p1", "b"), "id"))
        await engine.until(lambda: len(engine.published) == 2)
        await engine.idle()
    refused = engine.published[1]
    assert (refused.data["code"], refused.subject, refused.sequence) == (RefusalCode.ID_REUSED, "id", None)
    assert len(engine.published) == 2


async def test_causation_and_correlation_are_handed_on(engine_for: Callable[..., Engine]) -> None:
    """Whoever looks for the answer to a command, or for all that an intent set off, looks for these."""
    async with engine_for() as engine:
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        command = set_default("p1", "a")
        await engine.receive(record_of(command, "id", correlationid="intent", causationid="older", traceparent=parent))
        await engine.until(lambda: engine.published)
    headers = engine.published[0].row.headers
    assert (headers["ce_causationid"], headers["ce_correlationid"]) == ("id", "intent")
    assert headers["ce_traceparent"].split("-")[1] == parent.split("-")[1]


# Conflicts


class Rival:
    """Another writer, beside the engine's: it saves the aggregate between the load and the commit, so often."""

    def __init__(self, path: Path, times: int) -> None:
        self.times = times
        self._engine = create_sqlite_engine(path)

    def loading(self, reads: ThingReads, commands: Sequence[Any]) -> list[Thing | None]:
        found = load(reads, commands)
        if self.times and any(command.payer_id == "p1" for command in commands):
            self.times -= 1
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                version = 1 if found[0] is None else found[0].version + 1
                values = {"state": "RIVAL", "content_hash": "", "sequence": 0, "version": version}
                connection.execute(THINGS.delete().where(THINGS.c.id == "p1"))
                connection.execute(THINGS.insert().values(id="p1", **values))
        return found


async def test_a_lost_race_is_decided_again_on_what_won(
    engine_for: Callable[..., Engine], thing_database: Path
) -> None:
    """Not an error: load, decide, commit once more."""
    async with engine_for(loading=Rival(thing_database, 1).loading) as engine:
        await engine.send(set_default("p1", "a"))
        await engine.until(lambda: engine.published)
        found = await engine.store.read(lambda connection: THING_REPOSITORY.get_many(connection, ["p1"]))
    assert (found["p1"].state, found["p1"].version) == ("a", 2)
    assert [event.name for event in engine.published] == ["default-bank-account-set"]


async def test_who_loses_for_ever_is_parked_and_costs_its_neighbours_nothing(
    engine_for: Callable[..., Engine], thing_database: Path
) -> None:
    """Something is wrong beyond a race, and a loop would hide it."""
    async with engine_for(loading=Rival(thing_database, 1_000).loading) as engine:
        lost, won = await engine.send(set_default("p1", "a"), set_default("p2", "a"))
        await engine.until(lambda: len(engine.published) == 2)
        await engine.until(lambda: engine.dispatcher.parked)
        assert engine.dispatcher.parked == {"p1": lost}
    assert {event.cause: event.name for event in engine.published} == {
        lost: "command-parked",
        won: "default-bank-account-set",
    }


# Crashes


async def left_open(open_sqlite: Open, *records: Record, in_hand: int = 0) -> None:
    """A store with undecided messages, in hand at so many crashes."""
    async with Engine(open_sqlite({})) as engine:
        rows = [row for record in records if isinstance(row := engine.door.sort(record, engine.clock.now()), InboxRow)]
        for row in rows:
            row.hands = in_hand
        await engine.store.commit(Changes(received=rows))


async def test_what_was_open_at_a_crash_is_decided_after_it(
    engine_for: Callable[..., Engine], open_sqlite: Open
) -> None:
    """Received is promised to be answered."""
    await left_open(open_sqlite, *[record_of(set_default(f"p{n}", "a"), f"c{n}") for n in range(50)])
    async with engine_for(after_crash=True) as engine:
        await engine.until(lambda: len(engine.published) == 50)
    assert {event.name for event in engine.published} == {"default-bank-account-set"}


async def test_what_was_in_hand_at_two_crashes_is_parked(engine_for: Callable[..., Engine], open_sqlite: Open) -> None:
    """It may be what kills the process; the next start must not die of it again."""
    await left_open(open_sqlite, record_of(set_default("p1", "a"), "poison"), in_hand=IN_HAND_CRASHES_MAX)
    await left_open(open_sqlite, record_of(set_default("p2", "a"), "fine"))
    async with engine_for(after_crash=True) as engine:
        await engine.until(lambda: len(engine.published) == 2)
        assert list(engine.dispatcher.parked) == ["p1"]


async def test_who_was_in_hand_once_is_tried_alone(engine_for: Callable[..., Engine], open_sqlite: Open) -> None:
    """If the process dies again it is known of whom, and its neighbours are not blamed with it."""
    await left_open(open_sqlite, *[record_of(set_default(f"q{n}", "a"), f"d{n}") for n in range(3)])
    await left_open(open_sqlite, *[record_of(set_default(f"p{n}", "a"), f"c{n}") for n in range(3)], in_hand=1)
    async with engine_for(after_crash=True) as engine:
        await engine.until(lambda: len(engine.published) == 6)
    suspects = [changes.in_hand for changes in engine.landed if changes.in_hand]
    assert [len(numbers) for numbers in suspects] == [3, 1, 1, 1]


async def test_after_a_clean_stop_nobody_is_suspected(engine_for: Callable[..., Engine], open_sqlite: Open) -> None:
    """Counting hands costs a commit, and a restart is no crash."""
    await left_open(open_sqlite, record_of(set_default("p1", "a"), "c"), in_hand=IN_HAND_CRASHES_MAX)
    async with engine_for(after_crash=False) as engine:
        await engine.until(lambda: engine.published)
    assert [event.name for event in engine.published] == ["default-bank-account-set"]


async def test_a_message_that_kills_the_process_is_parked_at_the_third_start(
    engine_for: Callable[..., Engine], open_sqlite: Open
) -> None:
    """The whole way: two crashes with it in hand, then the others live on without it."""

    class Death(BaseException):
        pass

    def decide(command: Any, thing: Thing | None, now: datetime) -> Decision:
        if command.bank_account_id == "deadly":
            raise Death
        return touch(command, thing, now)

    await left_open(
        open_sqlite,
        record_of(set_default("p1", "deadly"), "poison"),
        *[record_of(set_default(f"q{n}", "a"), f"c{n}") for n in range(5)],
    )
    starts = 0
    while True:
        starts += 1
        async with engine_for(decide, after_crash=True) as engine:
            await engine.idle()
            if engine.dispatcher.failed is None:
                break
        assert starts < 5
    assert starts == IN_HAND_CRASHES_MAX + 1
    assert list(engine.dispatcher.parked) == ["p1"]
    async with engine_for(after_crash=False) as last:
        await last.idle()
        assert last.dispatcher.waiting == 0


async def test_the_stops_are_passed_in_order(engine_for: Callable[..., Engine]) -> None:
    """The chaos tests end the process at each of them, so each must be where its name says."""
    passed: list[Stop] = []
    async with engine_for(probe=passed.append) as engine:
        await engine.send(set_default("p1", "a"))
        await engine.until(lambda: engine.published)
        await engine.idle()
    assert passed == [Stop.DECIDED, Stop.DECISION_COMMITTED]


def test_a_store_conflict_is_no_bug() -> None:
    """It is handled by name; a subclass of what the dispatcher takes for a bug would be parked unheard."""
    assert not issubclass(
        StoreConflict, ArithmeticError | AssertionError | AttributeError | LookupError | TypeError | ValueError
    )


async def test_a_parked_outcome_answers_the_command_that_set_it_off(open_sqlite: Open) -> None:
    """RegisterPayer says nothing until the vendor has answered, so this may be all that its sender ever hears."""

    def bug(outcome: Any, situation: None, now: datetime) -> Decision:
        raise ZeroDivisionError("a bug")

    answering: Answering[None] = Answering("call", RegisterPayer, lambda reads, found: [None] * len(found), bug)
    async with Engine(open_sqlite({}), answerings=[answering]) as engine:
        await engine.writer.commit(Changes(received=[outcome_row("p1", "c1")]))
        await engine.until(lambda: engine.published, "an answer")
    (parked,) = engine.answers("c1")
    assert (parked.name, parked.data["command_id"], parked.data["command_type"]) == (
        "command-parked",
        "c1",
        RegisterPayer.type,
    )


def outcome_row(key: str, command_id: str) -> InboxRow:
    body = {"work_id": "w1", "result": "answered", "payload": {}, "answer": {}, "reason": ""}
    body |= {"found": False, "was_unknown": False, "ended": True}
    return InboxRow(
        source=INTERNAL,
        message_id="w1:1:answered",
        kind=INTERNAL,
        type="call",
        key=key,
        content_hash="",
        body=orjson.dumps(body).decode(),
        correlation_id=command_id,
        causation_id=command_id,
        received_at=1,
    )


async def test_a_parked_key_is_nobodys_stuck_decision(engine_for: Callable[..., Engine]) -> None:
    """Owed for ever, it would fail the liveness of the whole service at each start: one bug, a crash loop for all."""
    async with engine_for() as engine:
        await engine.send(set_default("p1", "bug"))
        await engine.until(lambda: engine.dispatcher.parked, "the parked key")
    async with engine_for() as again:
        await again.idle()
        assert again.dispatcher.parked
        await again.until(lambda: again.progress.age_seconds(DECISION) is None, "no decision that is owed")
