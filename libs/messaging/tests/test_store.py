"""What the message path asks of a store, asked of each one: SQLite and PostgreSQL must not differ in anything."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from bankrails_messaging import recovery
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.rows import Changes, DeadLetterRow, InboxRow, OutboxRow, Save
from bankrails_messaging.store import Recheck, Store, StoreConflict, StoreUnusable
from bankrails_messaging.tables import DeadLetterEntry
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_testkit.databases import PostgresDatabases
from bankrails_testkit.engine import THING_REPOSITORY, THINGS, Thing
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

STOP_ME = "stop-me"
KIND = "debit"


def recheck(connection: Connection, rows: Any) -> dict[str, str]:
    """Stops work whose key says so, and leaves a trace in a table of its own, as a real one does."""
    for row in rows:
        connection.execute(
            THINGS.insert().values(id=f"seen-{row.id}", state="SEEN", content_hash="", sequence=0, version=1)
        )
    return {row.id: "REVOKED" for row in rows if row.key == STOP_ME}


@pytest.fixture
async def store(open_store: Callable[[dict[str, Recheck]], Store]) -> AsyncIterator[Store]:
    opened = open_store({KIND: recheck})
    await opened.write(lambda connection: THINGS.create(connection, checkfirst=True))
    yield opened
    await opened.close()


def message(id: str, *, hash: str = "h", key: str = "k", **more: Any) -> InboxRow:
    made = {"source": "/s", "kind": "command", "type": "t", "body": "{}", "correlation_id": "c", "received_at": 1}
    return InboxRow(message_id=id, content_hash=hash, key=key, **(made | more))


def event(seq: int) -> OutboxRow:
    return OutboxRow("topic", f"key-{seq}", {"ce_id": str(seq), "ce_subject": "ä"}, '{"n": 1}', seq)


def work(id: str, *, key: str = "k", **more: Any) -> WorkRow:
    made = {"kind": KIND, "payload": {"a": [1, None]}, "budget": "b", "lane": 0, "due_at": 5}
    return WorkRow(id=id, key=key, causation_id="c", correlation_id="c", **(made | more))


def save(id: str, version: int, state: str = "NEW") -> Save:
    thing = Thing(id, state, version=version, sequence=version)
    return Save(THING_REPOSITORY, THING_REPOSITORY.row(thing))


async def things(store: Store) -> dict[str, Thing]:
    return await store.read(
        lambda connection: {row["id"]: Thing(**row) for row in map(dict, connection.execute(select(THINGS)).mappings())}
    )


async def open_messages(store: Store) -> list[InboxRow]:
    return await store.read(recovery.open_messages)


async def open_work(store: Store) -> dict[str, WorkRow]:
    return await store.read(lambda connection: {row.id: row for row in recovery.open_work(connection)})


async def outbox(store: Store) -> list[OutboxRow]:
    return await store.read(lambda connection: list(recovery.unpublished(connection)))


async def test_a_message_gets_its_number_in_the_order_of_arrival(store: Store) -> None:
    """Order per key is the order of these numbers, so a batch must not be shuffled on its way in."""
    rows = [message(f"m{n}") for n in range(300)]
    await store.commit(Changes(received=rows))
    numbers = [row.seq for row in rows]
    assert None not in numbers
    assert numbers == sorted(set(numbers), key=lambda number: number or 0)
    assert [row.message_id for row in await open_messages(store)] == [row.message_id for row in rows]


async def test_what_is_read_at_start_is_what_was_stored(store: Store) -> None:
    """A field that got lost on the way would be missed only after a crash."""
    full = message(
        "m",
        causation_id="cause",
        traceparent="trace",
        refusal="{}",
        topic="t",
        partition=3,
        offset=2**40,
        received_at=2**50,
        note="n",
        hands=1,
    )
    await store.commit(Changes(received=[full]))
    (found,) = await open_messages(store)
    assert found == full


async def test_the_same_id_with_the_same_content_changes_nothing(store: Store) -> None:
    """Kafka delivers twice, and senders repeat themselves; the first answer stands. Within a batch too."""
    first, twin = message("m"), message("m")
    await store.commit(Changes(received=[first, twin]))
    again = message("m")
    await store.commit(Changes(received=[again]))
    assert first.seq is not None
    assert (twin.seq, again.seq) == (None, None)
    assert len(await open_messages(store)) == 1


async def test_the_same_id_from_another_source_is_another_message(store: Store) -> None:
    """An id is unique within its source alone."""
    mine, theirs = message("m"), message("m", source="/other")
    await store.commit(Changes(received=[mine, theirs]))
    assert None not in (mine.seq, theirs.seq)


async def test_the_same_id_with_other_content_is_kept_to_be_refused_once(store: Store) -> None:
    """The sender reused an id and must hear of it, but once for each content, however often it comes."""
    first, other, third = message("m", hash="h1"), message("m", hash="h2"), message("m", hash="h3")
    await store.commit(Changes(received=[first, other]))
    await store.commit(Changes(received=[third]))
    repeats = [message("m", hash=name) for name in ("h1", "h2", "h3", "h2")]
    await store.commit(Changes(received=repeats))
    assert [row.variant for row in (first, other, third)] == ["", "h2", "h3"]
    assert None not in (first.seq, other.seq, third.seq)
    assert [row.seq for row in repeats] == [None] * 4


async def test_a_repeat_is_known_after_the_answer_too(store: Store) -> None:
    """The answered message loses its body, not its identity."""
    row = message("m")
    await store.commit(Changes(received=[row]))
    await store.commit(Changes(decided=[row.seq or 0]))
    again = message("m")
    await store.commit(Changes(received=[again]))
    assert again.seq is None
    assert await open_messages(store) == []


async def test_a_conflict_leaves_nothing_of_its_transaction(store: Store) -> None:
    """All or nothing is what lets a decision be made again from the start."""
    await store.commit(Changes(saves=[save("a", 1)], work_added=[work("w0")]))
    before = message("before")
    await store.commit(Changes(received=[before]))
    losing = Changes(
        received=[message("m")],
        positions={("t", 0): 9},
        decided=[before.seq or 0],
        saves=[save("b", 1), save("a", 3)],
        outbox=[event(1)],
        work_added=[work("w1")],
        work_ended=["w0"],
        dead_letters=[DeadLetterRow("d", "t", 0, 1, "NOT_JSON", "{}", 1)],
    )
    with pytest.raises(StoreConflict):
        await store.commit(losing)
    assert set(await things(store)) == {"a"}
    assert [row.message_id for row in await open_messages(store)] == ["before"]
    assert await outbox(store) == []
    assert set(await open_work(store)) == {"w0"}
    assert await store.read(recovery.positions) == {}
    assert (
        await store.read(
            lambda connection: connection.execute(select(func.count()).select_from(DeadLetterEntry)).scalar()
        )
        == 0
    )


@pytest.mark.parametrize("version", [1, 3])
async def test_a_save_of_another_version_than_the_next_is_a_conflict(version: int, store: Store) -> None:
    """Somebody else has decided about it meanwhile, or what was loaded is not there any more."""
    await store.commit(Changes(saves=[save("a", 1)]))
    with pytest.raises(StoreConflict):
        await store.commit(Changes(saves=[save("a", version, "LATE")]))
    await store.commit(Changes(saves=[save("a", 2, "NEXT")]))
    assert (await things(store))["a"].state == "NEXT"


async def test_many_saves_go_in_one_transaction(store: Store) -> None:
    """New ones and changed ones together: that is what a wave of decisions is."""
    await store.commit(Changes(saves=[save(f"t{n}", 1) for n in range(300)]))
    await store.commit(Changes(saves=[save(f"t{n}", 2 if n < 300 else 1, "X") for n in range(600)]))
    found = await things(store)
    assert len(found) == 600
    assert {thing.state for thing in found.values()} == {"X"}


async def test_two_works_cannot_hold_one_gate(store: Store) -> None:
    """The last line of defence against two debits that nobody could tell apart."""
    await store.commit(Changes(work_added=[work("w1", gate="g"), work("w2", gate="g")]))
    first, second = work("w1", gate="g", gate_held="g"), work("w2", gate="g", gate_held="g")
    await store.commit(Changes(work_claimed=[first]))
    with pytest.raises(StoreConflict):
        await store.commit(Changes(work_claimed=[second]))
    await store.commit(Changes(work_ended=["w1"]))
    await store.commit(Changes(work_claimed=[second]))
    assert (await open_work(store))["w2"].gate_held == "g"


async def test_a_claim_that_its_recheck_stops_is_not_recorded_and_its_neighbours_are(store: Store) -> None:
    """What was revoked a moment ago must not go out; the others of the group must."""
    await store.commit(Changes(work_added=[work("good"), work("bad", key=STOP_ME), work("other", kind="unchecked")]))
    claims = [
        work("good", attempts=1, state=WorkState.IN_FLIGHT),
        work("bad", key=STOP_ME, attempts=1, state=WorkState.IN_FLIGHT),
        work("other", kind="unchecked", attempts=1, state=WorkState.IN_FLIGHT),
    ]
    await store.commit(Changes(work_claimed=claims))
    assert [claim.withdrawn for claim in claims] == [None, "REVOKED", None]
    assert {id: row.attempts for id, row in (await open_work(store)).items()} == {"good": 1, "bad": 0, "other": 1}
    assert set(await things(store)) == {"seen-good", "seen-bad"}


async def test_what_a_recheck_wrote_goes_with_its_transaction(store: Store) -> None:
    """ "Being submitted" must not stand in the store when the attempt does not."""
    await store.commit(Changes(work_added=[work("w")], saves=[save("a", 1)]))
    with pytest.raises(StoreConflict):
        await store.commit(Changes(work_claimed=[work("w", attempts=1)], saves=[save("a", 5)]))
    assert set(await things(store)) == {"a"}
    assert (await open_work(store))["w"].attempts == 0


async def test_all_that_is_known_of_a_call_survives(store: Store) -> None:
    """The key, the body and the times are what decides about a second debit after a crash."""
    await store.commit(Changes(work_added=[work("w", gate="g", traceparent="t")]))
    known = work(
        "w",
        gate="g",
        traceparent="t",
        state=WorkState.UNKNOWN,
        due_at=2**50,
        gate_held="g",
        attempts=3,
        idempotency_key="key",
        request_body='{"ä": 1}',
        first_attempted_at=1,
        key_attempted_at=2,
        attempted_at=3,
        doubtful=True,
        unknown_since=4,
        looked_up_at=5,
        clean_look_ups=1,
        keys_used=2,
    )
    blank = work("w")
    changing = [f.name for f in fields(WorkRow) if getattr(known, f.name) == getattr(blank, f.name)]
    assert set(changing) <= {
        "id",
        "key",
        "kind",
        "payload",
        "budget",
        "lane",
        "causation_id",
        "correlation_id",
        "withdrawn",
        "deferred",
        "key_attempted_monotonic",  # of this process alone
        "sealed",  # the next test
    }
    await store.commit(Changes(work_changed=[known]))
    assert (await open_work(store))["w"] == known
    later = replace(known, due_at=9, state=WorkState.DUE, payload={"page": 2})
    await store.commit(Changes(work_put_off=[later]))
    assert (await open_work(store))["w"] == later


async def test_ciphertext_leaves_the_store_with_the_attempt_that_uses_it(store: Store) -> None:
    """A password rests no longer than it must, sealed or not; what was never sent is put back."""
    secret = {"password": "eyJ.canary"}
    await store.commit(Changes(work_added=[work("w", sealed=secret)]))
    assert (await open_work(store))["w"].sealed == secret
    claimed = work("w", sealed=secret, attempts=1, state=WorkState.IN_FLIGHT)
    await store.commit(Changes(work_claimed=[claimed]))
    assert (await open_work(store))["w"].sealed == {}
    await store.commit(Changes(work_changed=[replace(claimed, attempts=0, state=WorkState.DUE)]))
    assert (await open_work(store))["w"].sealed == secret
    await store.commit(Changes(work_changed=[replace(claimed, doubtful=True)]))
    assert (await open_work(store))["w"].sealed == {}


async def test_positions_are_kept_with_the_records_before_them(store: Store) -> None:
    """One transaction: neither can be there without the other, so nothing is read twice or skipped."""
    assert await store.read(recovery.positions) == {}
    await store.commit(Changes(received=[message("m")], positions={("t", 0): 1, ("t", 1): 7}))
    await store.commit(Changes(positions={("t", 0): 2}))
    assert await store.read(recovery.positions) == {("t", 0): 2, ("t", 1): 7}


async def test_the_outbox_comes_back_in_commit_order_and_is_pruned_up_to_what_kafka_has(store: Store) -> None:
    """The relay starts from it; an event may be published twice, never lost and never out of order."""
    await store.commit(Changes(outbox=[event(10), event(11)]))
    await store.commit(Changes(outbox=[event(2)]))
    assert [row.seq for row in await outbox(store)] == [2, 10, 11]
    assert (await outbox(store))[0] == event(2)
    assert await store.read(recovery.last_outbox_seq) == 11
    await store.commit(Changes(published_through=10))
    assert [row.seq for row in await outbox(store)] == [11]


async def test_pruning_keeps_what_the_same_transaction_adds(store: Store) -> None:
    """Groups are mixed: an acknowledgement of old events and the insertion of new ones."""
    await store.commit(Changes(outbox=[event(1)]))
    await store.commit(Changes(outbox=[event(2)], published_through=1))
    assert [row.seq for row in await outbox(store)] == [2]


async def test_an_answered_message_loses_its_body_and_an_internal_one_goes(store: Store) -> None:
    """A body may hold a sealed secret, which rests no longer than it must."""
    command, internal = message("c", refusal="{}"), message("i", kind="internal")
    await store.commit(Changes(received=[command, internal]))
    await store.commit(Changes(decided=[command.seq or 0], forgotten=[internal.seq or 0]))
    rows = await store.read(lambda connection: connection.execute(recovery.select(recovery.INBOX)).mappings().all())
    assert [(row["message_id"], row["state"], row["body"], row["refusal"]) for row in rows] == [
        ("c", "done", None, None)
    ]


async def test_only_old_answered_messages_are_forgotten(store: Store) -> None:
    """Forgetting one that Kafka can still deliver would answer it twice; one that is open would lose it."""
    old, open_, young = message("old"), message("open"), message("young", received_at=100)
    await store.commit(Changes(received=[old, open_, young]))
    await store.commit(Changes(decided=[old.seq or 0, young.seq or 0]))
    assert await store.write(lambda connection: recovery.forget_answered(connection, 50)) == 1
    again = [message(name) for name in ("old", "open", "young")]
    await store.commit(Changes(received=again))
    assert [row.seq is None for row in again] == [False, True, True]


async def test_a_parked_key_is_found_again_and_released_whole(store: Store) -> None:
    """What waits for a person waits across restarts, with its reason."""
    parked, waiting, other = message("p"), message("w"), message("o", key="other")
    await store.commit(Changes(received=[parked, waiting, other]))
    await store.commit(
        Changes(
            parked=[(parked.seq or 0, "parked", "ValueError"), (waiting.seq or 0, "waiting", "behind p")],
            in_hand=[parked.seq or 0],
        )
    )
    assert [(row.state, row.note, row.hands) for row in await open_messages(store)] == [
        ("parked", "ValueError", 1),
        ("waiting", "behind p", 0),
        ("new", None, 0),
    ]
    assert await store.write(lambda connection: recovery.release_parked(connection, "k")) == 2
    assert {(row.state, row.note, row.hands) for row in await open_messages(store)} == {("new", None, 0)}


async def test_open_messages_come_page_by_page(store: Store) -> None:
    """A hundred thousand waiting commands must not be read at one go."""
    rows = [message(f"m{n}") for n in range(5)]
    await store.commit(Changes(received=rows))
    after = rows[2].seq or 0
    page = await store.read(lambda connection: recovery.open_messages(connection, after_seq=after))
    assert [row.message_id for row in page] == ["m3", "m4"]


async def test_it_knows_whether_the_last_run_ended_by_itself(store: Store) -> None:
    """Only after a crash is a message suspected of having caused it."""
    assert await store.read(recovery.was_clean) is True
    for clean in (False, True, False):

        def mark(connection: Connection, clean: bool = clean) -> None:
            recovery.mark_run(connection, clean=clean)

        await store.write(mark)
        assert await store.read(recovery.was_clean) is clean


async def test_a_unique_vendor_id_is_a_conflict_not_a_crash(store: Store) -> None:
    """One vendor payment never stands for two of ours; the decision is made again, and then parked."""
    await store.commit(Changes(work_added=[work("w")]))
    with pytest.raises(StoreConflict):
        await store.commit(Changes(work_added=[work("w")]))


async def test_text_comes_back_as_it_went_in(store: Store) -> None:
    """Names have accents, and an emoji is four bytes; none of it may break a commit."""
    body = '{"name": "Zoë 💶 \\u0000 \\\\"}'
    row = message("m", body=body, key="schlüssel")
    await store.commit(Changes(received=[row]))
    (found,) = await open_messages(store)
    assert (found.body, found.key) == (body, "schlüssel")


async def test_questions_see_committed_data_alone(store: Store) -> None:
    """A decision on half a transaction would be a decision on something that may never be."""
    await store.commit(Changes(saves=[save("a", 1)]))

    def fail(connection: Connection) -> None:
        connection.execute(THINGS.delete())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(fail)
    assert set(await things(store)) == {"a"}


async def test_a_database_has_one_writer(open_store: Callable[..., Store]) -> None:
    """Two, as in every rolling restart, would both send what is due, each under a key of its own."""
    first = open_store({})
    await first.write(lambda connection: None)

    async def write_again() -> None:
        second = open_store({})
        try:
            await second.write(lambda connection: None)
        finally:
            await second.close()

    with pytest.raises(StoreUnusable, match="in use by another process"):
        await write_again()
    await first.close()
    await write_again()


async def test_a_lost_lock_ends_the_writing(postgres_databases: PostgresDatabases) -> None:
    """SQLAlchemy would connect again without it, beside whoever has taken it meanwhile."""
    address = await asyncio.to_thread(postgres_databases.fresh, {})
    first, second = PostgresStore(address, {}), PostgresStore(address, {})
    process = await first.write(lambda connection: connection.scalar(text("SELECT pg_backend_pid()")))
    await second.read(lambda connection: connection.execute(text(f"SELECT pg_terminate_backend({process})")))

    async def written() -> bool:
        try:
            await first.write(lambda connection: connection.execute(text("SELECT 1")))
        except (DBAPIError, StoreUnusable):
            return False
        return True

    assert [await written() for _ in range(3)] == [False, False, False]
    await second.write(lambda connection: None)
    await first.close()
    await second.close()
