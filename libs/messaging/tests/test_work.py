"""The worker, with a vendor that answers by script: what each class of call makes of each answer."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_messaging import recovery
from bankrails_messaging.calls import (
    Effect,
    KeyedCall,
    LookFirstCall,
    NaturalKeyCall,
    NeverRepeatCall,
    Payload,
    ReadCall,
    VendorCall,
)
from bankrails_messaging.resend import BETWEEN_LOOK_UPS, KEYS_MAX, QUIET
from bankrails_messaging.retry import ATTEMPTS_MAX, LONGEST
from bankrails_messaging.rows import Changes, to_micros
from bankrails_messaging.store import Store
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_testkit.engine import BUDGET, START, Engine, Outcomes
from bankrails_vendor_http.budget import Quota
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from sqlalchemy import Connection

KIND = "debit"
KEY_LIFE = timedelta(minutes=5)
ANSWER = {"vendor_id": "v1"}

Step = dict[str, Any] | Exception
Open = Callable[[dict[str, Any]], Store]


def silence() -> OutcomeUnknown:
    return OutcomeUnknown(KIND, "no answer")


def away(status: int | None = None, retry_after_seconds: float | None = None) -> VendorUnavailable:
    return VendorUnavailable(KIND, "later", status=status, retry_after_seconds=retry_after_seconds)


class Script:
    """What the vendor does, in turn; and what it was asked."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque()
        self.sent: list[tuple[str, bytes]] = []
        self.looks: int = 0
        self.listed: Sequence[Effect] | Exception = ()
        self.claimed: set[str] = set()

    def then(self, *steps: Step) -> None:
        self.steps.extend(steps)

    def answer(self, key: str = "", body: bytes = b"") -> dict[str, Any]:
        self.sent.append((key, body))
        step = self.steps.popleft()
        if isinstance(step, Exception):
            raise step
        return step

    async def list(self) -> Sequence[Effect]:
        self.looks += 1
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed


class Plain:
    kind = KIND

    def __init__(self, script: Script) -> None:
        self.script = script

    async def send(self, payload: Payload) -> dict[str, Any]:
        return self.script.answer()

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        return await self.script.list()

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return self.script.claimed


class Keyed(KeyedCall):
    kind = KIND
    key_life = KEY_LIFE
    deadline_seconds = 20.0

    def __init__(self, script: Script) -> None:
        self.script = script

    def body(self, payload: Payload) -> bytes:
        return f'{{"nr": {len(self.script.sent)}}}'.encode()

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> dict[str, Any]:
        return self.script.answer(idempotency_key, body)

    look_up = Plain.look_up
    claimed = Plain.claimed


class Read(Plain, ReadCall): ...


class Natural(Plain, NaturalKeyCall): ...


class Never(Plain, NeverRepeatCall): ...


class LookFirst(Plain, LookFirstCall):
    repeatable = True


class LookFirstOnce(Plain, LookFirstCall):
    repeatable = False


def debit(id: str = "w1", **more: Any) -> WorkRow:
    made: dict[str, Any] = {"key": "k1", "kind": KIND, "payload": {}, "budget": BUDGET, "lane": 0}
    made |= {"causation_id": "c1", "correlation_id": "c1", "due_at": to_micros(START)}
    return WorkRow(id=id, **(made | more))


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes(KIND)


@pytest.fixture
def engine_for(open_sqlite: Open, outcomes: Outcomes) -> Callable[..., Engine]:
    def make(call: VendorCall, recheck: Any = None, **more: Any) -> Engine:
        store = open_sqlite({KIND: recheck} if recheck else {})
        return Engine(store, answerings=[outcomes.answering], calls=[call], **more)

    return make


@pytest.fixture
async def keyed(engine_for: Callable[..., Engine], script: Script) -> AsyncIterator[Engine]:
    async with engine_for(Keyed(script)) as engine:
        yield engine


async def after(engine: Engine, delay: timedelta) -> None:
    """Virtual time passes, and whatever falls due in it is done."""
    engine.clock.advance(delay)
    await engine.idle()


# Every class


@pytest.mark.parametrize("make", [Keyed, Read, Natural, Never, LookFirst])
async def test_an_answer_ends_the_work(
    make: Callable[[Script], VendorCall], engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """One call, one outcome, and nothing left to do."""
    script.then(ANSWER)
    async with engine_for(make(script)) as engine:
        await engine.work(debit())
        await engine.idle()
    assert outcomes.results == ["answered"]
    assert (outcomes.seen[0].answer, outcomes.seen[0].found, outcomes.seen[0].command_id) == (ANSWER, False, "c1")
    assert engine.pool.by_state() == dict.fromkeys(WorkState, 0)
    assert engine.budget.in_flight == 0


@pytest.mark.parametrize("make", [Keyed, Read, Natural, Never, LookFirst])
async def test_a_definite_no_to_a_first_attempt_ends_the_work(
    make: Callable[[Script], VendorCall], engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """The vendor understood and refused: repeating would ask the same again."""
    script.then(VendorRejected(KIND, "no such account", status=400))
    async with engine_for(make(script)) as engine:
        await engine.work(debit())
        await engine.idle()
        await after(engine, timedelta(hours=1))
    assert outcomes.results == ["rejected"]
    assert outcomes.seen[0].reason == "no such account"
    assert len(script.sent) == 1


@pytest.mark.parametrize("make", [Keyed, Read, Natural, Never, LookFirst])
async def test_a_vendor_that_is_away_is_tried_again_until_the_bound(
    make: Callable[[Script], VendorCall], engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """Nothing happened and nothing is in doubt, so it may be tried again; not for ever, since somebody waits."""
    script.then(*[away(403)] * ATTEMPTS_MAX)
    async with engine_for(make(script)) as engine:
        await engine.work(debit())
        for _ in range(ATTEMPTS_MAX):
            await engine.idle()
            engine.clock.advance(LONGEST)
        await engine.idle()
    assert len(script.sent) == ATTEMPTS_MAX
    assert outcomes.results == ["exhausted"]


@pytest.mark.parametrize("make", [Read, Natural, LookFirst])
async def test_a_repeatable_call_in_doubt_is_repeated_until_the_bound(
    make: Callable[[Script], VendorCall], engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """A vendor that answers every attempt with silence must not keep a command unanswered for ever."""
    script.then(*[silence()] * ATTEMPTS_MAX)
    async with engine_for(make(script)) as engine:
        await engine.work(debit())
        for _ in range(ATTEMPTS_MAX):
            await engine.idle()
            engine.clock.advance(LONGEST)
        await engine.idle()
    assert len(script.sent) == ATTEMPTS_MAX
    assert outcomes.results == ["unknown"]


async def test_what_must_not_be_repeated_is_not(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """It burns somebody's attempt: a person looks, and sends a new command."""
    script.then(silence())
    async with engine_for(Never(script)) as engine:
        await engine.work(debit())
        await after(engine, timedelta(hours=1))
    assert (outcomes.results, len(script.sent)) == (["unknown"], 1)


async def test_a_bug_in_a_call_counts_as_doubt(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """Our own exception says nothing about what reached the vendor."""
    script.then(KeyError("ours"))
    async with engine_for(Never(script)) as engine:
        await engine.work(debit())
        await engine.idle()
    assert outcomes.results == ["unknown"]


# Look first


async def test_what_is_there_already_is_adopted(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """A second mail to the payer, or a second account, is avoided by looking."""
    script.listed = [Effect("v7", {"vendor_id": "v7"})]
    async with engine_for(LookFirst(script)) as engine:
        await engine.work(debit())
        await engine.idle()
    assert (outcomes.seen[0].answer, outcomes.seen[0].found, script.sent) == ({"vendor_id": "v7"}, True, [])


async def test_what_belongs_to_another_is_not_adopted(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """One vendor account never stands for two of ours."""
    script.listed, script.claimed = [Effect("v7", {})], {"v7"}
    script.then(ANSWER)
    async with engine_for(LookFirst(script)) as engine:
        await engine.work(debit())
        await engine.idle()
    assert (outcomes.seen[0].found, len(script.sent)) == (False, 1)


async def test_a_mail_that_may_be_out_is_not_sent_again(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """Looking finds nothing and the repeat is forbidden: the command is told that nobody knows."""
    script.then(silence())
    async with engine_for(LookFirstOnce(script)) as engine:
        await engine.work(debit())
        await engine.idle()
        await after(engine, LONGEST)
    assert (outcomes.results, len(script.sent), script.looks) == (["unknown"], 1, 2)


# Keyed: while the key lives


async def test_a_young_key_is_sent_again_with_the_same_bytes(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """The vendor answers such a repeat with the first effect; another body under the key would be an error."""
    script.then(silence(), silence(), ANSWER)
    await keyed.work(debit())
    for _ in range(3):
        await keyed.idle()
        keyed.clock.advance(timedelta(seconds=5))
    await keyed.idle()
    assert outcomes.results == ["answered"]
    assert len(script.sent) == 3
    assert len(set(script.sent)) == 1
    assert outcomes.seen[0].was_unknown is False


async def test_after_a_5xx_a_young_key_is_not_sent_again(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """It may have had its effect, and a vendor that keeps only successes under a key would do it again."""
    script.then(OutcomeUnknown("withdraw", "Internal Server Error", status=500), ANSWER)
    await keyed.work(debit())
    for _ in range(3):
        await keyed.idle()
        keyed.clock.advance(timedelta(seconds=5))
    await keyed.idle()
    assert (outcomes.results, len(script.sent)) == (["unknown"], 1)
    assert script.looks >= 1


async def test_a_definite_no_to_a_first_attempt_frees_the_key(keyed: Engine, script: Script) -> None:
    """Every attempt of that key was a no, so nothing can be found under it, and the next may be a new one."""
    script.then(away(403), ANSWER)
    await keyed.work(debit())
    await keyed.idle()
    await after(keyed, timedelta(minutes=10))
    assert len({key for key, _ in script.sent}) == 2


async def test_a_later_after_silence_keeps_the_key(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """The second attempt's "not now" says nothing about the first."""
    script.then(silence(), away(503), ANSWER)
    await keyed.work(debit())
    for _ in range(3):
        await keyed.idle()
        keyed.clock.advance(timedelta(seconds=5))
    await keyed.idle()
    assert len(script.sent) == 3
    assert len({key for key, _ in script.sent}) == 1
    assert outcomes.results == ["answered"]


async def test_a_no_to_a_repeat_does_not_decline_what_may_have_happened(
    keyed: Engine, script: Script, outcomes: Outcomes
) -> None:
    """The first attempt ended in silence; a 400 to the second says nothing about it, so the vendor's list decides."""
    script.then(silence(), VendorRejected(KIND, "bad request", status=400))
    await keyed.work(debit())
    await keyed.idle()
    await after(keyed, timedelta(seconds=5))
    assert outcomes.results == ["unknown"]
    script.listed = [Effect("v1", ANSWER)]
    await after(keyed, timedelta(minutes=1))
    assert outcomes.results == ["unknown", "answered"]
    assert (outcomes.seen[1].found, outcomes.seen[1].was_unknown, len(script.sent)) == (True, True, 2)


# Keyed: past the key's life


async def past_its_key(engine: Engine, script: Script) -> None:
    """One attempt ended in silence, and its key has died."""
    script.then(silence())
    await engine.work(debit())
    await engine.until(lambda: script.sent, "the first attempt")
    engine.clock.advance(KEY_LIFE)
    await engine.idle()


async def test_past_its_life_a_key_is_never_sent_again(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """The vendor has forgotten it: the same request would be a second debit."""
    await past_its_key(keyed, script)
    assert (outcomes.results, len(script.sent)) == (["unknown"], 1)
    assert outcomes.seen[0].ended is False
    assert keyed.pool.by_state()[WorkState.UNKNOWN] == 1
    await after(keyed, timedelta(minutes=2))
    assert keyed.pool.oldest_unknown_seconds() == pytest.approx(120)


async def test_what_the_list_shows_is_adopted(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """It happened after all, and nothing is sent again."""
    script.listed = [Effect("v1", ANSWER)]
    await past_its_key(keyed, script)
    assert outcomes.results == ["unknown", "answered"]
    assert (outcomes.seen[1].found, outcomes.seen[1].was_unknown, len(script.sent)) == (True, True, 1)


async def test_what_another_payment_owns_is_not_taken_for_it(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """A twin that is known already is no proof of this one."""
    script.listed, script.claimed = [Effect("v1", ANSWER)], {"v1"}
    await past_its_key(keyed, script)
    assert outcomes.results == ["unknown"]


async def test_two_candidates_go_to_a_person(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """A machine that guessed would be wrong once in a while, with somebody's money."""
    script.listed = [Effect("v1", {}), Effect("v2", {})]
    await past_its_key(keyed, script)
    await after(keyed, timedelta(days=1))
    assert outcomes.results == ["unknown", "ambiguous"]
    assert keyed.pool.by_state()[WorkState.OPERATOR] == 1
    assert len(script.sent) == 1


async def test_absence_counts_only_late_and_twice(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """A request under way may surface for a while; two complete looks, a minute apart, a quarter of an hour after it."""
    await past_its_key(keyed, script)
    script.then(ANSWER)
    while keyed.clock.now() < START + QUIET:
        await after(keyed, timedelta(seconds=20))
    assert script.looks > 2
    assert len(script.sent) == 1
    while keyed.clock.now() < START + QUIET + BETWEEN_LOOK_UPS:
        await after(keyed, timedelta(seconds=20))
    assert len(script.sent) == 1
    await after(keyed, BETWEEN_LOOK_UPS)
    assert len({key for key, _ in script.sent}) == 2
    assert outcomes.results == ["unknown", "answered"]
    assert (outcomes.seen[1].found, outcomes.seen[1].was_unknown) == (False, True)


async def test_a_look_that_fails_proves_nothing(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """An incomplete search must never count as an empty one."""
    script.listed = away(500)
    await past_its_key(keyed, script)
    for _ in range(20):
        await after(keyed, timedelta(minutes=2))
    assert (outcomes.results, len(script.sent)) == (["unknown"], 1)
    assert script.looks > 5


async def test_the_vendor_that_keeps_losing_it_becomes_a_persons_case(
    keyed: Engine, script: Script, outcomes: Outcomes
) -> None:
    """Three keys, three silences, and nothing to be seen: somebody should look before there is a fourth."""
    script.then(*[silence()] * 10)
    await keyed.work(debit())
    await keyed.idle()
    for _ in range(60):
        keyed.clock.advance(timedelta(minutes=6))  # longer than a key lives, so each is used once
        await keyed.idle()
    assert len({key for key, _ in script.sent}) == 3
    assert outcomes.results == ["unknown", "ambiguous"]


# Rechecks


def stop_from(started: list[bool]) -> Any:
    return lambda connection, rows: {row.id: "MANDATE_REVOKED" for row in rows} if started else {}


async def test_what_is_revoked_before_the_first_attempt_is_not_sent(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """The last look before a call; nothing has left us, so it is refused at once."""
    async with engine_for(Keyed(script), stop_from([True])) as engine:
        await engine.work(debit())
        await engine.idle()
    assert (outcomes.results, outcomes.seen[0].reason, script.sent) == (["withdrawn"], "MANDATE_REVOKED", [])


async def test_what_is_revoked_after_a_silence_is_looked_up_before_anybody_hears_refused(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """The first attempt may have moved the money; "refused" would be a lie about it."""
    revoked: list[bool] = []
    script.then(silence())
    async with engine_for(Keyed(script), stop_from(revoked)) as engine:
        await engine.work(debit())
        await engine.until(lambda: script.sent, "the first attempt")
        await engine.idle()
        revoked.append(True)
        script.listed = [Effect("v1", ANSWER)]
        await after(engine, timedelta(seconds=5))
    assert outcomes.results == ["unknown", "answered"]
    assert (outcomes.seen[1].found, len(script.sent)) == (True, 1)


async def test_what_is_revoked_and_proven_absent_is_refused(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """Nothing happened, and nothing may happen any more."""
    revoked: list[bool] = []
    script.then(silence())
    async with engine_for(Keyed(script), stop_from(revoked)) as engine:
        await engine.work(debit())
        await engine.until(lambda: script.sent, "the first attempt")
        await engine.idle()
        revoked.append(True)
        for _ in range(60):
            await after(engine, timedelta(seconds=20))
    assert outcomes.results == ["unknown", "withdrawn"]
    assert len(script.sent) == 1


@pytest.mark.parametrize("between", [[], [away(429)]])
async def test_a_vendor_that_loses_every_key_is_a_persons_concern(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes, between: list[Step]
) -> None:
    """A "later" in between does not make the lost keys any fewer: each was a chance of a second debit."""
    script.then(*[step for _ in range(KEYS_MAX) for step in (*between, silence())])
    async with engine_for(Keyed(script)) as engine:
        await engine.work(debit())
        for _ in range(30):
            await after(engine, KEY_LIFE)
        assert len(script.sent) == len({key for key, _ in script.sent}) == KEYS_MAX * (1 + len(between))
        assert outcomes.results == ["unknown", "ambiguous"]
        assert engine.pool.by_state()[WorkState.OPERATOR] == 1


# Twins


async def test_a_twin_waits_until_the_outcome_is_decided(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """Two that look alike in the vendor's list are never in doubt at the same time."""
    script.then(silence())
    async with engine_for(Keyed(script)) as engine:
        await engine.work(debit("w1", gate="g"), debit("w2", gate="g", key="k2"))
        await engine.until(lambda: script.sent, "the first attempt")
        engine.clock.advance(KEY_LIFE)
        await engine.idle()
        assert len(script.sent) == 1
        assert engine.metrics.gate_waiting._value.get() == 1
        script.then(ANSWER)
        script.listed = [Effect("v1", ANSWER)]
        await after(engine, timedelta(minutes=1))
    assert [(outcome.work_id, outcome.result.value) for outcome in outcomes.seen] == [
        ("w1", "unknown"),
        ("w1", "answered"),
        ("w2", "answered"),
    ]
    assert engine.metrics.gate_waiting._value.get() == 0


async def test_a_twin_waits_after_a_restart_too(open_sqlite: Open, outcomes: Outcomes, script: Script) -> None:
    """The gate is in the store, not only in memory."""
    script.then(silence())
    async with Engine(open_sqlite({}), answerings=[outcomes.answering], calls=[Keyed(script)]) as engine:
        await engine.work(debit("w2", gate="g"))
        await engine.until(lambda: script.sent, "the first attempt")
        engine.clock.advance(KEY_LIFE)
        await engine.idle()
    async with Engine(
        open_sqlite({}), answerings=[outcomes.answering], calls=[Keyed(script)], clock=engine.clock
    ) as again:
        await again.work(debit("w1", gate="g", key="k1"))
        await after(again, timedelta(minutes=1))
        assert len(script.sent) == 1


# Crashes


async def crashed_in_flight(open_sqlite: Open, script: Script, call: VendorCall, row: WorkRow) -> None:
    """A store that says "an attempt was made" and nothing of its end."""
    async with Engine(open_sqlite({})) as engine:
        await engine.writer.commit(Changes(work_added=[row]))
        row.state, row.attempts = WorkState.IN_FLIGHT, 1
        row.first_attempted_at = row.key_attempted_at = row.attempted_at = to_micros(START)
        if isinstance(call, KeyedCall):
            row.idempotency_key, row.request_body, row.keys_used = "stored-key", '{"stored": 1}', 1
        await engine.writer.commit(Changes(work_changed=[row]))


async def test_a_young_attempt_found_at_start_is_sent_again_under_its_stored_key(
    open_sqlite: Open, outcomes: Outcomes, script: Script
) -> None:
    """The process died in the call; within the key's life the vendor tells us what came of it."""
    call = Keyed(script)
    await crashed_in_flight(open_sqlite, script, call, debit())
    script.then(ANSWER)
    async with Engine(open_sqlite({}), answerings=[outcomes.answering], calls=[call]) as engine:
        await engine.idle()
        await after(engine, timedelta(seconds=5))
    assert script.sent == [("stored-key", b'{"stored": 1}')]
    assert outcomes.results == ["answered"]


async def test_an_old_attempt_found_at_start_is_looked_up(
    open_sqlite: Open, outcomes: Outcomes, script: Script
) -> None:
    """Ten minutes later the key is dead, and a resend would be a second debit."""
    call = Keyed(script)
    await crashed_in_flight(open_sqlite, script, call, debit())
    script.listed = [Effect("v1", ANSWER)]
    async with Engine(open_sqlite({}), answerings=[outcomes.answering], calls=[call]) as engine:
        engine.clock.advance(timedelta(minutes=10))
        await engine.idle()
        await after(engine, timedelta(seconds=5))
    assert (script.sent, outcomes.results) == ([], ["unknown", "answered"])


@pytest.mark.parametrize(
    ("make", "results", "sent"),
    [
        (Read, ["answered"], 1),
        (Natural, ["answered"], 1),
        (LookFirst, ["answered"], 1),
        (LookFirstOnce, ["unknown"], 0),
        (Never, ["unknown"], 0),
    ],
)
async def test_an_attempt_found_at_start_takes_the_path_of_its_class(
    make: Callable[[Script], VendorCall],
    results: list[str],
    sent: int,
    open_sqlite: Open,
    outcomes: Outcomes,
    script: Script,
) -> None:
    """A crash and a time-out say the same: it may have happened."""
    call = make(script)
    await crashed_in_flight(open_sqlite, script, call, debit())
    script.then(ANSWER)
    async with Engine(open_sqlite({}), answerings=[outcomes.answering], calls=[call]) as engine:
        await engine.idle()
        await after(engine, timedelta(seconds=5))
    assert (outcomes.results, len(script.sent)) == (results, sent)


# Budgets


async def test_a_429_pauses_the_merchant_for_as_long_as_it_says(keyed: Engine, script: Script) -> None:
    """Calls that the vendor has announced to refuse are not made."""
    script.then(away(429, retry_after_seconds=90), ANSWER, ANSWER)
    await keyed.work(debit("w1"))
    await keyed.idle()
    await keyed.work(debit("w2", key="k2"))
    await after(keyed, timedelta(seconds=89))
    assert len(script.sent) == 1
    await after(keyed, timedelta(seconds=2))
    await after(keyed, LONGEST)
    assert len(script.sent) == 3


async def test_an_outage_spends_nobodys_attempts(keyed: Engine, script: Script, outcomes: Outcomes) -> None:
    """A vendor that cannot be reached for an hour must not turn every waiting payment into a refusal."""
    script.then(*[away()] * 200)
    await keyed.work(debit())
    for _ in range(60):
        await after(keyed, timedelta(minutes=1))
    assert outcomes.results == []
    script.steps.clear()
    script.then(ANSWER)
    await after(keyed, LONGEST)
    assert outcomes.results == ["answered"]


async def test_money_goes_first(engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes) -> None:
    """Looking up must not spend what a debit needs."""
    script.then(*[ANSWER] * 6)
    async with engine_for(Keyed(script)) as engine:
        engine.budget.pause(START + timedelta(minutes=1))
        await engine.work(*[debit(f"late{n}", lane=3, key=f"a{n}") for n in range(3)])
        await engine.work(*[debit(f"money{n}", lane=0, key=f"b{n}") for n in range(3)])
        await engine.idle()
        assert script.sent == []
        await after(engine, timedelta(minutes=1))
        await engine.idle()
    order = [outcome.work_id for outcome in outcomes.seen]
    assert len(order) == 6
    assert set(order[:3]) == {"money0", "money1", "money2"}


@pytest.mark.parametrize("unknown", [False, True], ids=["debits", "look-ups"])
async def test_while_only_a_slot_is_missing_nothing_turns(
    unknown: bool, engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """A prepared call waits for the next one to end; putting it back and forth would cost a commit each time."""
    held = asyncio.Event()

    class Slow(Keyed):
        async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> dict[str, Any]:
            await held.wait()
            return await super().send(payload, body=body, idempotency_key=idempotency_key)

        async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
            await held.wait()
            return await super().look_up(payload, since)

    state: dict[str, Any] = {"state": WorkState.UNKNOWN, "unknown_since": 1, "doubtful": True} if unknown else {}
    script.then(*[ANSWER] * 6)
    script.listed = [Effect("v1", ANSWER)]
    clock = ManualClock(START, running=True)
    async with engine_for(Slow(script), quota=Quota(2, 100, 3_000), clock=clock) as engine:
        await engine.work(*[debit(f"w{n}", key=f"k{n}", **state) for n in range(6)])
        await engine.until(lambda: engine.budget.in_flight > 0, "calls in flight")
        commits = []
        for _ in range(4):
            await engine.idle()
            commits.append(len(engine.landed))
            await engine.work()  # an empty commit, which wakes the worker
        assert commits[3] - commits[1] == 2
        held.set()
        await engine.until(lambda: len(outcomes.seen) == 6, "every outcome")
    assert set(outcomes.results) == {"answered"}


# Polling


async def test_a_polled_call_is_made_again_when_its_decision_says_so(
    open_sqlite: Open, script: Script, engine_for: Callable[..., Engine]
) -> None:
    """A vendor that announces nothing has to be asked; between the questions nothing is in flight."""
    from bankrails_contracts.payments import CollectPayment
    from bankrails_messaging.decisions import Answering, Decision

    again: list[datetime] = []

    def decide(outcome: Any, situation: None, now: datetime) -> Decision:
        again.append(now)
        return Decision(again_at=now + timedelta(minutes=5)) if len(again) < 3 else Decision()

    polled: Answering[None] = Answering(KIND, CollectPayment, lambda reads, found: [None] * len(found), decide)
    script.then(*[ANSWER] * 3)
    async with Engine(open_sqlite({}), answerings=[polled], calls=[Read(script)]) as engine:
        await engine.work(debit())
        await engine.idle()
        for _ in range(4):
            await after(engine, timedelta(minutes=4))
    assert [moment - START for moment in again] == [timedelta(0), timedelta(minutes=8), timedelta(minutes=16)]
    assert engine.pool.by_state() == dict.fromkeys(WorkState, 0)


async def test_a_polled_call_has_its_tries_anew_each_time(
    open_sqlite: Open, script: Script, engine_for: Callable[..., Engine]
) -> None:
    """Otherwise the first failure after weeks of good polls would end the watch."""
    from bankrails_contracts.payments import CollectPayment
    from bankrails_messaging.decisions import Answering, Decision

    results: list[str] = []

    def decide(outcome: Any, situation: None, now: datetime) -> Decision:
        results.append(outcome.result.value)
        return Decision(again_at=now + timedelta(minutes=5))

    polled: Answering[None] = Answering(KIND, CollectPayment, lambda reads, found: [None] * len(found), decide)
    script.then(*[ANSWER] * (ATTEMPTS_MAX + 1), away(403), ANSWER)
    async with Engine(open_sqlite({}), answerings=[polled], calls=[Read(script)]) as engine:
        await engine.work(debit())
        await engine.idle()
        for _ in range(ATTEMPTS_MAX + 3):
            await after(engine, timedelta(minutes=5))
    assert set(results) == {"answered"}
    assert len(results) > ATTEMPTS_MAX + 1


async def test_a_polled_call_asks_the_next_page_and_a_restart_goes_on_from_there(open_sqlite: Open) -> None:
    """A list of eighty pages that began anew with every restart would never come to its end."""
    from bankrails_contracts.payments import CollectPayment
    from bankrails_messaging.decisions import Answering, Decision

    asked: list[dict[str, Any]] = []
    killed = asyncio.Event()

    class Pages(ReadCall):
        kind = KIND

        async def send(self, payload: Payload) -> dict[str, Any]:
            asked.append(payload)
            if payload.get("page") == 2 and not killed.is_set():
                await killed.wait()
            return {"page": payload.get("page", 1)}

    def decide(outcome: Any, situation: None, now: datetime) -> Decision:
        page = outcome.answer["page"]
        if page == 3:
            return Decision(again_at=now + timedelta(hours=1), again_payload={})
        return Decision(again_at=now, again_payload={"page": page + 1})

    polled: Answering[None] = Answering(KIND, CollectPayment, lambda reads, found: [None] * len(found), decide)
    async with Engine(open_sqlite({}), answerings=[polled], calls=[Pages()]) as engine:
        await engine.work(debit())
        await engine.until(lambda: len(asked) == 2, "the second page, in flight")
    killed.set()
    async with Engine(open_sqlite({}), answerings=[polled], calls=[Pages()], after_crash=True) as engine:
        await engine.idle()
        await after(engine, LONGEST)
        await engine.until(lambda: {"page": 3} in asked, "the third page")
        await engine.idle()
        await after(engine, timedelta(hours=1))
    assert asked == [{}, {"page": 2}, {"page": 2}, {"page": 3}, {}, {"page": 2}, {"page": 3}]


# What waits


class Held(Keyed):
    """Answers when it is let go."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.let_go = asyncio.Event()

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> dict[str, Any]:
        await self.let_go.wait()
        return await super().send(payload, body=body, idempotency_key=idempotency_key)


async def test_what_waited_long_for_its_slot_is_looked_at_again(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """A mandate revoked while a slow vendor held the only slot must stop the debit behind it."""
    revoked: list[bool] = []
    call = Held(script)
    script.then(ANSWER)
    async with engine_for(call, stop_from(revoked), quota=Quota(1, 100, 3_000)) as engine:
        await engine.work(debit("first"), debit("second", key="k2"))
        await engine.until(lambda: engine.budget.in_flight == 1, "the first call")
        await engine.idle()
        await engine.work()  # an empty commit, which wakes the worker: the second is prepared
        await engine.idle()
        revoked.append(True)
        engine.clock.advance(timedelta(seconds=30))
        call.let_go.set()
        await engine.until(lambda: len(outcomes.seen) == 2, "both outcomes")
    assert sorted(outcomes.results) == ["answered", "withdrawn"]
    assert len(script.sent) == 1


async def test_polls_that_wait_do_not_keep_a_debit_from_being_prepared(
    engine_for: Callable[..., Engine], script: Script, outcomes: Outcomes
) -> None:
    """Money goes first also where the places are taken by what may wait."""
    call = Held(script)
    script.then(*[ANSWER] * 5)
    async with engine_for(call, quota=Quota(3, 100, 3_000)) as engine:
        await engine.work(*[debit(f"poll{n}", key=f"p{n}", lane=3) for n in range(4)])
        await engine.until(lambda: engine.budget.in_flight > 0, "a poll in flight")
        await engine.idle()
        await engine.work()  # wakes the worker: the other polls are prepared
        await engine.idle()
        before = engine.budget.in_flight
        await engine.work(debit("money", key="m"))
        await engine.until(lambda: engine.budget.in_flight == before + 1, "the debit in flight beside it")
        call.let_go.set()
        await engine.until(lambda: len(outcomes.seen) == 5, "every outcome")


@pytest.mark.parametrize("quota", [1, 2])
async def test_a_stop_leaves_nothing_in_doubt_that_was_not_sent(
    quota: int, engine_for: Callable[..., Engine], script: Script, open_sqlite: Open
) -> None:
    """A recorded attempt reads as "may have happened"; what only waited for its slot has not."""
    call = Held(script)
    async with engine_for(call, quota=Quota(quota, 100, 3_000)) as engine:
        await engine.work(*[debit(f"w{n}", key=f"k{n}") for n in range(6)])
        await engine.until(lambda: engine.budget.in_flight == quota, "calls in flight")
        await engine.pool.stop(0.05)
        rows = await engine.store.read(lambda connection: list(recovery.open_work(connection)))
    assert sorted(row.state for row in rows) == sorted(["due"] * (6 - quota) + ["in_flight"] * quota)
    assert [row.attempts for row in rows if row.state is WorkState.DUE] == [0] * (6 - quota)


async def test_a_bug_in_a_look_up_proves_nothing_and_ends_nothing(
    keyed: Engine, script: Script, outcomes: Outcomes
) -> None:
    """One payment's look-up must not stop every merchant's service."""
    script.listed = ZeroDivisionError("a bug")
    await keyed.work(debit(state=WorkState.UNKNOWN, unknown_since=1, doubtful=True, attempted_at=to_micros(START)))
    await keyed.until(lambda: script.looks > 0, "a look-up")
    await keyed.idle()
    assert (keyed.pool.failed, outcomes.results) == (None, [])
    script.listed = [Effect("v1", ANSWER)]
    await after(keyed, timedelta(minutes=1))
    assert outcomes.results == ["answered"]


async def test_a_clock_set_back_makes_no_key_young_again(
    keyed: Engine, script: Script, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor's five minutes pass by the vendor's clock; a resend after them is a second debit."""
    script.then(silence())
    await keyed.work(debit())
    await keyed.until(lambda: script.sent, "the first attempt")
    await keyed.idle()
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 600)
    keyed.clock.set(START + timedelta(seconds=30))
    await keyed.until(lambda: outcomes.results == ["unknown"], "the look-up that must come first")
    assert len(script.sent) == 1


async def test_a_429_met_by_a_look_up_pauses_the_merchant_too(keyed: Engine, script: Script) -> None:
    """The vendor counts every call alike; a debit sent into a spent window would be the next 429."""
    script.listed = away(429, retry_after_seconds=90)
    await keyed.work(debit(state=WorkState.UNKNOWN, unknown_since=1, doubtful=True, attempted_at=to_micros(START)))
    await keyed.until(lambda: script.looks == 1, "a look-up")
    await keyed.idle()
    assert keyed.budget.paused_until == START + timedelta(seconds=90)
