"""Merchants that are paused: by a person, by a token that is not taken, by both; told, kept, heeded, and ended."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import (
    MerchantPaused,
    MerchantResumed,
    PausedFor,
    PauseMerchant,
    ResumeMerchant,
)
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.rights import Right
from bankrails_helcim.token_findings import PROBE_EVERY, PROBE_TOKENS, QUIET_EVERY
from bankrails_messaging.calls import Answer, Effect, KeyedCall, Payload
from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome, Refusal, Result
from bankrails_messaging.holds import Hold, Holds
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.rows import to_micros
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Recheck, Store
from bankrails_messaging.work_row import WorkRow
from bankrails_testkit.engine import START, Engine, Outcomes, record_of
from bankrails_testkit.fixtures import postgres_databases, postgres_server, sqlite_databases
from bankrails_testkit.snapshots import MERCHANTS, NOON
from payments_service.domain.merchant_status import MerchantState, MerchantStatus
from payments_service.handlers import pause_merchant, record_token_probe, resume_merchant
from payments_service.handlers.merchant_standing import Situation
from payments_service.handlers.permission import needs
from payments_service.store.pauses import follow, hold_paused, paused_merchants, shown_pauses, unless_paused
from payments_service.store.repositories import REPOSITORIES, SqlReads
from sqlalchemy import Connection

__all__ = ["postgres_databases", "postgres_server", "sqlite_databases"]

MERCHANT_ID = next(iter(MERCHANTS))
PAUSE = PauseMerchant(merchant_id=MERCHANT_ID, reason="wrong amounts", by="ada")
RESUME = ResumeMerchant(merchant_id=MERCHANT_ID, by="grace")
ACTIVE = MerchantStatus(MERCHANT_ID)
PAUSED = ACTIVE.paused(by="ada", reason="wrong amounts", at=NOON)
REJECTED = ACTIVE.rejected("Helcim does not take the withdraw token ending in 2222", NOON)
BOTH = PAUSED.rejected("Helcim does not take the withdraw token ending in 2222", NOON)


def situation(status: MerchantStatus | None) -> Situation:
    return Situation(MERCHANTS[MERCHANT_ID], status)


def probed(*last4: str, result: Result = Result.ANSWERED) -> Outcome:
    answer = {"rejected": [{"name": "withdraw", "last4": digits} for digits in last4]}
    return Outcome("w", PROBE_TOKENS, MERCHANT_ID, "", result, {}, answer if result is Result.ANSWERED else {})


def told(verdict: Decision | Refusal) -> tuple[MerchantStatus, Any]:
    assert isinstance(verdict, Decision)
    (event,) = verdict.events
    return verdict.aggregate, event


@pytest.mark.parametrize("status", [None, ACTIVE, REJECTED])
def test_a_pause_is_told_with_who_and_why(status: MerchantStatus | None) -> None:
    """Also for a merchant whose token is not taken: it must stay still when the token works again."""
    after, event = told(pause_merchant.decide(PAUSE, situation(status), NOON))
    assert after.state is MerchantState.PAUSED
    assert event == MerchantPaused(
        merchant_id=MERCHANT_ID, cause=PausedFor.COMMAND, reason="wrong amounts", by="ada", paused_at=NOON
    )


@pytest.mark.parametrize("status", [PAUSED, BOTH])
def test_what_is_paused_is_not_paused_again(status: MerchantStatus) -> None:
    """Two people would each believe that they may end it."""
    refusal = pause_merchant.decide(PAUSE, situation(status), NOON)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.about.state) == (RefusalCode.WRONG_STATE, "PAUSED")


@pytest.mark.parametrize("status", [PAUSED, REJECTED, BOTH])
def test_a_resume_ends_every_pause(status: MerchantStatus) -> None:
    """A person says that it is well; a token that still is not taken is found out by the next call."""
    after, event = told(resume_merchant.decide(RESUME, situation(status), NOON))
    assert after == replace(ACTIVE, sequence=status.sequence)
    assert event == MerchantResumed(merchant_id=MERCHANT_ID, by="grace", resumed_at=NOON)


@pytest.mark.parametrize("status", [None, ACTIVE])
def test_what_is_not_paused_cannot_be_resumed(status: MerchantStatus | None) -> None:
    """Silence would look as if something had been ended."""
    refusal = resume_merchant.decide(RESUME, situation(status), NOON)
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.WRONG_STATE


@pytest.mark.parametrize("decide", [pause_merchant.decide, resume_merchant.decide])
def test_a_merchant_that_is_not_ours_is_refused(decide: Any) -> None:
    """There is nothing to pause."""
    refusal = decide(PAUSE, Situation(None, None), NOON)
    assert refusal.code is RefusalCode.UNKNOWN_MERCHANT


@pytest.mark.parametrize("status", [ACTIVE, PAUSED])
def test_a_token_that_is_not_taken_is_told_once(status: MerchantStatus) -> None:
    """Each probe finds it again; consumers hear of it once, and of another token again."""
    after, event = told(record_token_probe.decide(probed("2222"), status, NOON))
    assert (event.cause, event.reason) == (
        PausedFor.TOKEN_REJECTED,
        "Helcim does not take the withdraw token ending in 2222",
    )
    again = record_token_probe.decide(probed("2222"), after, NOON)
    assert (again.aggregate, again.events, again.again_at) == (None, (), NOON + PROBE_EVERY)
    later, _ = told(record_token_probe.decide(probed("3333"), after, NOON + PROBE_EVERY))
    assert later.token_rejected_at == NOON


def test_a_token_that_is_taken_again_ends_the_pause() -> None:
    """Nobody has to say so."""
    after, event = told(record_token_probe.decide(probed(), REJECTED, NOON))
    assert (after.state, event) == (
        MerchantState.ACTIVE,
        MerchantResumed(merchant_id=MERCHANT_ID, resumed_at=NOON),
    )


def test_a_token_that_is_taken_again_does_not_end_a_persons_pause() -> None:
    """The latest event says what stands."""
    after, event = told(record_token_probe.decide(probed(), BOTH, NOON))
    assert after == PAUSED
    assert (event.cause, event.by) == (PausedFor.COMMAND, "ada")


@pytest.mark.parametrize("result", [Result.EXHAUSTED, Result.REJECTED])
@pytest.mark.parametrize("status", [ACTIVE, REJECTED])
def test_a_vendor_that_cannot_be_asked_changes_nothing(status: MerchantStatus, result: Result) -> None:
    """Silence says nothing of a token, good or bad."""
    decision = record_token_probe.decide(probed(result=result), status, NOON)
    assert (decision.aggregate, decision.events) == (None, ())


def test_all_well_is_not_told() -> None:
    """And not asked again soon."""
    assert record_token_probe.decide(probed(), ACTIVE, NOON) == Decision(again_at=NOON + QUIET_EVERY)


def test_a_missing_right_refuses_before_anything_else_is_looked_at() -> None:
    """Now, with a reason, and not at night by the vendor."""
    handling: Handling[PauseMerchant, None] = needs(
        Right.REFUND,
        Handling(PauseMerchant, lambda reads, commands: [None], lambda command, situation, now: Decision()),
        lambda merchant_id, right: f"{merchant_id} may not {right.value}" if right is Right.REFUND else None,
    )
    refusal = handling.decide(PAUSE, None, NOON)
    assert refusal == Refusal(RefusalCode.NOT_PERMITTED, f"{MERCHANT_ID} may not refund")


# With a store


class Debit(KeyedCall):
    kind = "withdraw"
    key_life = timedelta(minutes=5)

    def __init__(self) -> None:
        self.sent = 0

    def body(self, payload: Payload) -> bytes:
        return b"{}"

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        self.sent += 1
        return {}

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        return ()

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return set()


def passes(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
    return {}


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest) -> Callable[[dict[str, Recheck]], Store]:
    address = request.getfixturevalue(f"{request.param}_databases").fresh({})
    if request.param == "postgres":
        return lambda rechecks: PostgresStore(address, rechecks)
    return lambda rechecks: SqliteStore(Path(address.removeprefix("sqlite:///")), rechecks)


@pytest.fixture
def debit() -> Debit:
    return Debit()


@pytest.fixture
def engine_on(open_store: Any, debit: Debit) -> Callable[..., Engine]:
    """As a restart would build it."""
    outcomes: Answering[None] = Outcomes("withdraw").answering

    def build(*, knows: bool = True) -> Engine:
        holds = Holds()
        return Engine(
            open_store(unless_paused({"withdraw": passes})),
            handlings=[pause_merchant.handling(MERCHANTS), resume_merchant.handling(MERCHANTS)],
            answerings=[outcomes],
            calls=[debit],
            repositories=REPOSITORIES,
            reads=SqlReads,
            holds=holds,
            saved=follow(holds) if knows else lambda save: None,
        )

    return build


def work() -> WorkRow:
    return WorkRow(
        id="w1",
        key="payment-1",
        kind="withdraw",
        payload={"merchant_id": MERCHANT_ID},
        budget=helcim_budget(MERCHANT_ID),
        lane=0,
        causation_id="c",
        correlation_id="c",
        due_at=to_micros(START),
    )


async def test_a_pause_outlives_a_restart_and_nothing_is_lost(engine_on: Callable[..., Engine], debit: Debit) -> None:
    """What was due waits in the store, unspent, and goes out after the resume."""
    async with engine_on() as engine:
        (command,) = await engine.send(PAUSE)
        await engine.until(lambda: engine.answers(command), "the answer")
        assert [item.name for item in engine.answers(command)] == ["merchant-paused"]
        await engine.work(work())
        await engine.until(lambda: engine.pool.idle, "idleness")
    async with engine_on() as engine:
        found = await engine.store.read(paused_merchants)
        hold_paused(engine.holds, found)
        assert engine.holds.on(helcim_budget(MERCHANT_ID)) == {Hold.PAUSED}
        await engine.until(lambda: engine.pool.idle, "idleness")
        assert debit.sent == 0
        assert await engine.store.read(shown_pauses) == {
            MERCHANT_ID: [
                {"cause": "command", "by": "ada", "reason": "wrong amounts", "since": "2026-03-02T15:00:00.000000Z"}
            ]
        }
        await engine.receive(record_of(RESUME, "resume"))
        await engine.until(lambda: debit.sent, "the debit")
        assert [item.name for item in engine.answers("resume")] == ["merchant-resumed"]


async def test_the_commit_of_the_attempt_reads_the_pause_itself(engine_on: Callable[..., Engine], debit: Debit) -> None:
    """A process that has not heard of the pause sends nothing all the same."""
    async with engine_on(knows=False) as engine:
        (command,) = await engine.send(PAUSE)
        await engine.until(lambda: engine.answers(command), "the answer")
        await engine.work(work())
        await engine.until(lambda: engine.pool.idle and engine.pool.next_due, "the deferral")
        assert debit.sent == 0


def test_a_token_pause_is_held_from_the_start() -> None:
    """The first test of the tokens ends it, not a restart."""
    holds = Holds()
    hold_paused(holds, [BOTH])
    assert holds.on(helcim_budget(MERCHANT_ID)) == {Hold.PAUSED, Hold.TOKEN_REJECTED}
