"""Work that waits: for a pause to end, for a token to be taken again, and for room for its next HTTP call."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from bankrails_messaging import recovery
from bankrails_messaging.calls import Effect, KeyedCall, LookFirstCall, Payload, ReadCall, VendorCall
from bankrails_messaging.decisions import Answering, Decision
from bankrails_messaging.holds import Hold
from bankrails_messaging.rows import Changes, to_micros
from bankrails_messaging.store import DEFERRED, Recheck, Store
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_testkit.engine import BUDGET, START, Engine, Outcomes
from bankrails_vendor_http.allowance import spend
from bankrails_vendor_http.budget import MINUTE_WINDOW, Lane, Quota
from bankrails_vendor_http.errors import NotPermitted, OutcomeUnknown, TokenRejected, VendorUnavailable
from sqlalchemy import Connection

DEBIT, LOOK, TEST = "debit", "look", "test"
ANSWER = {"vendor_id": "v1"}
Open = Callable[[dict[str, Recheck]], Store]


async def answered() -> dict[str, Any]:
    return ANSWER


class Vendor:
    """Does what `acts` says, kind by kind, and keeps who called."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.keys: list[str] = []
        self.acts: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {}
        self.listed: Sequence[Effect] = ()

    async def act(self, kind: str) -> dict[str, Any]:
        self.called.append(kind)
        return await self.acts.get(kind, answered)()

    def raises(self, kind: str, error: Exception | None) -> None:
        async def fail() -> dict[str, Any]:
            assert error is not None
            raise error

        self.acts[kind] = answered if error is None else fail


class Debit(KeyedCall):
    kind = DEBIT
    key_life = timedelta(minutes=5)
    deadline_seconds = 20.0

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def body(self, payload: Payload) -> bytes:
        return b"{}"

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> dict[str, Any]:
        self.vendor.keys.append(idempotency_key)
        return await self.vendor.act(DEBIT)

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        self.vendor.called.append("look up")
        return self.vendor.listed

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return set()


class Look(ReadCall):
    kind = LOOK

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    async def send(self, payload: Payload) -> dict[str, Any]:
        return await self.vendor.act(LOOK)


class TokenCheck(Look):
    kind = TEST
    tests_access = True

    async def send(self, payload: Payload) -> dict[str, Any]:
        return await self.vendor.act(TEST)


def row(kind: str = DEBIT, id: str = "w1", lane: Lane = Lane.MONEY, **more: Any) -> WorkRow:
    made: dict[str, Any] = {"key": f"key of {id}", "kind": kind, "payload": {}, "budget": BUDGET, "lane": int(lane)}
    made |= {"causation_id": "c1", "correlation_id": "c1", "due_at": to_micros(START)}
    return WorkRow(id=id, **(made | more))


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def outcomes() -> dict[str, Outcomes]:
    return {kind: Outcomes(kind) for kind in (DEBIT, LOOK)}


@pytest.fixture
def engine_for(open_sqlite: Open, vendor: Vendor, outcomes: Mapping[str, Outcomes]) -> Callable[..., Engine]:
    tested: Answering[None] = Answering(
        TEST,
        None,
        lambda reads, seen: [None] * len(seen),
        lambda outcome, situation, now: Decision(again_at=now + timedelta(days=30)),
    )

    def make(recheck: Recheck | None = None, *calls: VendorCall, **more: Any) -> Engine:
        return Engine(
            open_sqlite({} if recheck is None else {DEBIT: recheck}),
            answerings=[*(item.answering for item in outcomes.values()), tested],
            calls=calls or [Debit(vendor), Look(vendor), TokenCheck(vendor)],
            **more,
        )

    return make


async def stored(engine: Engine) -> dict[str, WorkRow]:
    return await engine.store.read(lambda connection: {row.id: row for row in recovery.open_work(connection)})


def calls_of(vendor: Vendor, kind: str) -> int:
    return vendor.called.count(kind)


# Paused by a person


async def test_a_paused_merchants_money_waits_and_its_reads_go_on(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """Nothing is lost and no attempt is spent; the end of the pause is heeded at once."""
    async with engine_for() as engine:
        engine.holds.hold(BUDGET, Hold.PAUSED)
        await engine.work(row(), row(LOOK, "w2", Lane.POLLING))
        await engine.until(lambda: outcomes[LOOK].results, "the read")
        await engine.until(lambda: engine.pool.idle, "idleness")
        assert vendor.called == [LOOK]
        assert engine.pool.next_due is None
        assert (await stored(engine))["w1"].attempts == 0
        engine.holds.release(BUDGET, Hold.PAUSED)
        await engine.until(lambda: outcomes[DEBIT].results, "the debit")
    assert outcomes[DEBIT].results == ["answered"]


async def test_the_pause_is_read_again_in_the_commit_that_records_the_attempt(
    engine_for: Callable[..., Engine], vendor: Vendor
) -> None:
    """A pause that this process has not heard of stops the call all the same, and the attempt is not made."""
    paused = [True]

    def recheck(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        return {item.id: DEFERRED for item in rows} if paused[0] else {}

    async with engine_for(recheck) as engine:
        await engine.work(row(gate="twin"))
        await engine.until(lambda: engine.pool.idle and engine.pool.next_due, "the deferral")
        kept = (await stored(engine))["w1"]
        assert (vendor.called, kept.attempts, kept.idempotency_key, kept.gate_held) == ([], 0, None, None)
        paused[0] = False
        engine.clock.advance(timedelta(minutes=1))
        await engine.until(lambda: calls_of(vendor, DEBIT), "the debit")


async def test_a_debit_in_doubt_is_looked_up_and_not_sent_again_while_paused(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """Its key is young, so it would be sent again; a pause means that no debit leaves, and looking is no debit."""
    paused = [False]

    def recheck(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        return {item.id: DEFERRED for item in rows} if paused[0] else {}

    vendor.raises(DEBIT, OutcomeUnknown(DEBIT, "no answer"))
    async with engine_for(recheck) as engine:
        await engine.work(row())
        await engine.until(lambda: calls_of(vendor, DEBIT), "the debit")
        paused[0] = True
        engine.holds.hold(BUDGET, Hold.PAUSED)
        vendor.listed = [Effect("v1", ANSWER)]
        for _ in range(10):
            await engine.until(lambda: engine.pool.idle, "idleness")
            engine.clock.advance(timedelta(seconds=30))
        await engine.until(lambda: "answered" in outcomes[DEBIT].results, "what the look-up found")
    assert calls_of(vendor, DEBIT) == 1
    assert outcomes[DEBIT].results == ["unknown", "answered"]


# A token that is not taken


async def test_a_token_that_is_not_taken_spends_no_attempt_and_loses_nothing(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """However often it is refused, what is due goes out once the token works."""

    async def refused() -> dict[str, Any]:
        engine.holds.hold(BUDGET, Hold.TOKEN_REJECTED)
        raise TokenRejected(DEBIT, "Unauthorized", status=401)

    async with engine_for() as engine:
        for _ in range(12):
            vendor.acts[DEBIT] = refused
            await engine.work(*([] if vendor.called else [row()]))
            before = calls_of(vendor, DEBIT)
            engine.holds.release(BUDGET, Hold.TOKEN_REJECTED)
            await engine.until(lambda before=before: calls_of(vendor, DEBIT) > before, "the next try")  # type: ignore[misc]
            await engine.until(lambda: engine.pool.idle, "idleness")
        kept = (await stored(engine))["w1"]
        assert (kept.attempts, kept.state, outcomes[DEBIT].results) == (0, WorkState.DUE, [])
        vendor.acts[DEBIT] = answered
        engine.holds.release(BUDGET, Hold.TOKEN_REJECTED)
        await engine.until(lambda: outcomes[DEBIT].results, "the debit")
    assert outcomes[DEBIT].results == ["answered"]


async def test_only_the_test_of_the_token_goes_out_while_it_is_not_taken(
    engine_for: Callable[..., Engine], vendor: Vendor
) -> None:
    """Every other call would be refused and would cost a part of the quota."""
    async with engine_for() as engine:
        engine.holds.hold(BUDGET, Hold.TOKEN_REJECTED)
        await engine.work(row(), row(LOOK, "w2"), row(TEST, "w3", Lane.LOOK_UP))
        await engine.until(lambda: calls_of(vendor, TEST), "the test")
        await engine.until(lambda: engine.pool.idle, "idleness")
        assert vendor.called == [TEST]
        # It rests for a month; asked for, it is due at once.
        engine.holds.test(BUDGET, engine.clock.now())
        await engine.until(lambda: calls_of(vendor, TEST) == 2, "the test that was asked for")


async def test_a_look_up_waits_for_the_token_too(engine_for: Callable[..., Engine], vendor: Vendor) -> None:
    """It reads with the same token."""
    async with engine_for() as engine:
        engine.holds.hold(BUDGET, Hold.TOKEN_REJECTED)
        await engine.work(row(state=WorkState.UNKNOWN, doubtful=True, attempts=1, attempted_at=to_micros(START)))
        await engine.until(lambda: engine.pool.idle, "idleness")
        assert vendor.called == []
        engine.holds.release(BUDGET, Hold.TOKEN_REJECTED)
        await engine.until(lambda: vendor.called == ["look up"], "the look-up")


async def test_a_missing_right_is_a_definite_no_and_says_so(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """Trying again at night would not make the token any mightier."""
    vendor.raises(DEBIT, NotPermitted(DEBIT, "the token ending in 1234 may not withdraw", status=403))
    async with engine_for() as engine:
        await engine.work(row())
        await engine.until(lambda: outcomes[DEBIT].results, "the outcome")
    (seen,) = outcomes[DEBIT].seen
    assert (seen.result, seen.not_permitted, "1234" in seen.reason) == ("rejected", True, True)
    assert calls_of(vendor, DEBIT) == 1


async def test_a_right_that_is_missing_for_looking_does_not_deny_an_earlier_attempt(
    engine_for: Callable[..., Engine], vendor: Vendor
) -> None:
    """The first attempt may have happened, and nobody could look."""

    class MailFirst(LookFirstCall):
        kind = "mail"
        repeatable = True

        async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
            if vendor.called:
                raise NotPermitted("list", "may not list", status=403)
            return ()

        def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
            return set()

        async def send(self, payload: Payload) -> dict[str, Any]:
            vendor.called.append("mail")
            raise OutcomeUnknown("mail", "no answer")

    mails = Outcomes("mail")
    engine = engine_for(None, MailFirst())
    engine.answerings = [mails.answering]
    async with engine:
        await engine.work(row("mail"))
        await engine.until(lambda: vendor.called, "the mail")
        await engine.until(lambda: engine.pool.idle, "idleness")
        engine.clock.advance(timedelta(minutes=1))
        await engine.until(lambda: mails.results, "the outcome")
    assert mails.results == ["unknown"]


# Several HTTP calls in one piece of work


async def test_a_piece_of_many_calls_waits_for_the_window_without_a_slot_and_time_may_pass(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """The vendor sees no more calls than its quota, and whoever moves the clock is told until when we wait."""
    pages: list[datetime] = []

    async def read_pages() -> dict[str, Any]:
        for _ in range(7):
            await spend("page", writes=False)
            pages.append(engine.clock.now())
        return ANSWER

    vendor.acts[LOOK] = read_pages
    async with engine_for(quota=Quota(1, 3, 1_000)) as engine:
        await engine.work(row(LOOK, "w1"))
        await engine.until(lambda: len(pages) == 3 and engine.pool.idle, "the first pages")
        assert (engine.budget.in_flight, engine.pool.next_due) == (0, START + MINUTE_WINDOW)
        for _ in range(2):
            engine.clock.advance(MINUTE_WINDOW)
            await engine.until(lambda: engine.pool.idle, "idleness")
        await engine.until(lambda: outcomes[LOOK].results, "the outcome")
    assert [pages.count(at) for at in sorted(set(pages))] == [3, 3, 1]
    assert engine.budget.in_flight == 0


async def test_a_keyed_call_without_room_for_its_second_call_is_taken_back(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """It re-reads before it acts. Nothing was sent, so no attempt is spent, and it begins again when there is room."""

    async def read_and_act() -> dict[str, Any]:
        await spend("re-read", writes=False)
        await spend("refund", writes=True)
        return ANSWER

    vendor.acts[DEBIT] = read_and_act
    async with engine_for(quota=Quota(5, 2, 1_000)) as engine:
        await engine.work(row(LOOK, "w2"))
        await engine.until(lambda: outcomes[LOOK].results, "the read")
        await engine.work(row())
        await engine.until(lambda: vendor.called == [LOOK, DEBIT] and engine.pool.idle, "the first try")
        assert (outcomes[DEBIT].results, (await stored(engine))["w1"].attempts) == ([], 0)
        engine.clock.advance(MINUTE_WINDOW)
        await engine.until(lambda: outcomes[DEBIT].results, "the debit")
    assert outcomes[DEBIT].results == ["answered"]


async def test_what_fails_after_a_keyed_write_is_in_doubt(
    engine_for: Callable[..., Engine], vendor: Vendor, outcomes: dict[str, Outcomes]
) -> None:
    """The refund is out; that its confirmation could not be read is no "nothing happened"."""

    async def act_and_confirm() -> dict[str, Any]:
        await spend("refund", writes=True)
        await spend("confirm", writes=False)
        raise VendorUnavailable("confirm", "not reached")

    vendor.acts[DEBIT] = act_and_confirm
    async with engine_for() as engine:
        await engine.work(row())
        await engine.until(lambda: vendor.called, "the first try")
        await engine.until(lambda: engine.pool.idle, "idleness")
        kept = (await stored(engine))["w1"]
    assert kept.doubtful
    assert kept.idempotency_key == vendor.keys[0]


async def test_a_deferred_claim_leaves_the_row_as_it_was(open_store: Open) -> None:
    """On both databases: neither the attempt nor its key is stored, and its neighbour's is."""
    store = open_store({DEBIT: lambda connection, rows: {item.id: DEFERRED for item in rows if item.id == "w1"}})
    first, second = row(), row(id="w2")
    await store.commit(Changes(work_added=[first, second]))
    for claimed in (first, second):
        claimed.state, claimed.attempts, claimed.idempotency_key = WorkState.IN_FLIGHT, 1, "key"
    await store.commit(Changes(work_claimed=[first, second]))
    found = {item.id: item for item in await store.read(lambda connection: list(recovery.open_work(connection)))}
    assert (first.deferred, first.withdrawn, second.deferred) == (True, None, False)
    assert (found["w1"].state, found["w1"].attempts, found["w1"].idempotency_key) == (WorkState.DUE, 0, None)
    assert (found["w2"].state, found["w2"].attempts) == (WorkState.IN_FLIGHT, 1)
    await store.close()
