"""What a person typed goes to the bank while they are still there, or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.ports import LoginRef, LoginStart, Typed
from auth_service.store.rechecks import before_login
from bankrails_clock import ManualClock
from bankrails_contracts.auth import BankVendor, ChallengeKind, Question, QuestionType
from bankrails_messaging.unopened import Unopened
from bankrails_messaging.work_row import WorkRow
from bankrails_testkit.engine import Engine
from bankrails_vendor_http.errors import OutcomeUnknown, VendorUnavailable

OpenEngine = Callable[..., Engine]
Build = Callable[..., Any]
CHALLENGE = Challenge(
    key="k",
    kind=ChallengeKind.MFA,
    message="Colour?",
    questions=(Question(field="answer", label="Colour?", type=QuestionType.TEXT),),
    deadline=datetime(2030, 1, 1, tzinfo=UTC),
)
TWO_MINUTES = timedelta(minutes=2)


class BusyVendor:
    """Says "later" to everything that a person typed, from when it is told to; notes when it was asked."""

    def __init__(self, status: int | None) -> None:
        self.status = status
        self.clock: Any = None
        self.asked_at: list[datetime] = []
        self.looked_up = 0

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        self._asked()
        return Step(outcome=StepOutcome.CHALLENGED, challenge=CHALLENGE, login_ref="login", user_ref="user")

    async def answer(self, ref: LoginRef, typed: Typed) -> Step:
        self._asked()
        raise AssertionError("it is busy")

    async def recover(self, start: LoginStart) -> Step:
        self.looked_up += 1
        return Step(outcome=StepOutcome.UNKNOWN, reason="nothing is there")

    def _asked(self) -> None:
        self.asked_at.append(self.clock.now())
        if self.status is not None:
            raise VendorUnavailable("start", "later", status=self.status)


class SilentVendor(BusyVendor):
    def _asked(self) -> None:
        super()._asked()
        raise OutcomeUnknown("start", "no answer")


def opened(jwe: str) -> str | Unopened:
    return "typed"


async def pass_time(engine: Engine, step: timedelta, times: int) -> None:
    for _ in range(times):
        engine.clock.advance(step)
        await engine.until(lambda: engine.pool.idle and engine.dispatcher.idle, "rest")
        await engine.idle()


def expected_end(engine: Engine, since: datetime) -> None:
    (errored,) = [item for item in engine.published if item.name == "authentication-errored"]
    told_at = datetime.fromisoformat(errored.data["not_before"]) - timedelta(minutes=15)
    assert since + TWO_MINUTES - timedelta(seconds=10) <= told_at <= since + timedelta(minutes=10)
    assert "in time" in errored.data["reason"]


@pytest.mark.parametrize(
    ("country", "vendor_name", "status"),
    [("CA", BankVendor.HELIUM, 403), ("CA", BankVendor.HELIUM, 429), ("US", BankVendor.MX, 401)],
)
async def test_a_start_that_is_told_later_is_given_up_after_two_minutes(
    open_engine: OpenEngine, a_start: Build, country: str, vendor_name: BankVendor, status: int
) -> None:
    """The person has gone: a code that the bank then sends them wakes them at night."""
    vendor = BusyVendor(status)
    async with open_engine({vendor_name: vendor}, opened) as engine:
        vendor.clock, since = engine.clock, engine.clock.now()
        await engine.send(a_start(country=country))
        await engine.until(lambda: vendor.asked_at, "the first try")
        await pass_time(engine, timedelta(seconds=30), 20)
        vendor.status = None
        await pass_time(engine, timedelta(minutes=20), 3)
        assert len(vendor.asked_at) > 1
        assert max(vendor.asked_at) <= since + TWO_MINUTES
        expected_end(engine, since)


async def test_an_answer_that_is_told_later_is_given_up_after_two_minutes(
    open_engine: OpenEngine, a_start: Build, an_answer: Build
) -> None:
    """A one-time code is worth nothing by then, and a wrong one counts."""
    vendor = BusyVendor(None)
    async with open_engine({BankVendor.HELIUM: vendor}, opened) as engine:
        vendor.clock = engine.clock
        await engine.send(a_start())
        await engine.until(lambda: engine.published and engine.published[-1].name == "challenge-required")
        vendor.status, since = 403, engine.clock.now()
        await engine.send(an_answer(challenge_id=engine.published[-1].data["challenge_id"]))
        await engine.until(lambda: len(vendor.asked_at) > 1, "the first try")
        await pass_time(engine, timedelta(seconds=30), 20)
        assert max(vendor.asked_at) <= since + TWO_MINUTES
        expected_end(engine, since)


async def test_a_start_in_doubt_is_looked_up_after_two_minutes_and_not_made_again(
    open_engine: OpenEngine, a_start: Build
) -> None:
    """It may have happened, so "it was not sent" would be a lie."""
    vendor = SilentVendor(None)
    async with open_engine({BankVendor.MX: vendor}, opened) as engine:
        vendor.clock = engine.clock
        await engine.send(a_start(country="US"))
        await engine.until(lambda: vendor.asked_at, "the first try")
        await engine.idle()
        await pass_time(engine, timedelta(minutes=3), 3)
        assert (len(vendor.asked_at), vendor.looked_up) == (1, 1)
        assert engine.published[-1].name == "authentication-outcome-unknown"


@pytest.mark.parametrize(("seconds", "doubtful", "stopped"), [(109, False, 0), (111, False, 1), (111, True, 0)])
def test_a_try_begins_while_it_can_still_leave_in_time(
    noon: datetime, seconds: int, doubtful: bool, stopped: int
) -> None:
    """A call may wait ten seconds for its place after this; one in doubt goes on, to be looked up."""
    row = WorkRow(
        id="w",
        key="connection",
        kind="helium_start_login",
        payload={"not_after": (noon + TWO_MINUTES).isoformat()},
        budget="helium",
        lane=0,
        causation_id="c",
        correlation_id="c",
        due_at=0,
        doubtful=doubtful,
    )
    clock: Any = ManualClock(noon + timedelta(seconds=seconds))
    connection: Any = None
    assert len(before_login(clock)(connection, [row])) == stopped
