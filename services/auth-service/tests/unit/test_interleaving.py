"""What was read before something newer happened, and arrives after it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from auth_service.domain.bank_data import Interrupted
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.ports import LoginRef, LoginStart, Typed
from bankrails_contracts.auth import BankVendor, ChallengeKind, FetchBankData, Question, QuestionType
from bankrails_messaging.unopened import Unopened
from bankrails_testkit.engine import Engine

QUESTION = Question(field="answer", label="Colour?", type=QuestionType.TEXT)
CHALLENGE = Challenge(key="CRD-1", kind=ChallengeKind.MFA, message="Colour?", questions=(QUESTION,))


class AskingBank:
    """Logs everybody in, and asks them something before it shows more. Each reading arrives when it is let go."""

    def __init__(self, after_answer: StepOutcome) -> None:
        self.after_answer = after_answer
        self.readings: list[asyncio.Event] = []
        self.answers = 0

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        return Step(outcome=StepOutcome.SUCCEEDED, login_ref="MBR-1", user_ref="USR-1")

    async def answer(self, ref: LoginRef, typed: Typed) -> Step:
        self.answers += 1
        return Step(outcome=self.after_answer)

    async def fetch(self, ref: LoginRef, *, numbers_wanted: bool, asked_for: tuple[str, ...]) -> Interrupted:
        self.readings.append(arrival := asyncio.Event())
        await arrival.wait()
        return Interrupted(Step(outcome=StepOutcome.CHALLENGED, challenge=CHALLENGE))


def opened(jwe: str) -> str | Unopened:
    return "typed"


@pytest.mark.parametrize(
    ("after_answer", "state"), [(StepOutcome.IN_PROGRESS, "AUTHENTICATING"), (StepOutcome.SUCCEEDED, "CONNECTED")]
)
async def test_an_older_reading_undoes_no_answer(
    open_engine: Callable[..., Engine],
    a_start: Callable[..., Any],
    an_answer: Callable[..., Any],
    after_answer: StepOutcome,
    state: str,
) -> None:
    """The person has answered what it shows; asked again, they would answer a question that is no longer open."""
    bank = AskingBank(after_answer)
    async with open_engine({BankVendor.MX: bank}, opened) as engine:
        await engine.send(a_start(country="US", fetch_bank_data=False))
        await engine.until(lambda: engine.published and engine.published[-1].name == "authentication-succeeded")
        first, second = await engine.send(*[FetchBankData(connection_id="connection")] * 2)
        await engine.until(lambda: len(bank.readings) == 2, "both readings")
        bank.readings[0].set()
        await engine.until(lambda: engine.answers(first) or engine.answers(second), "the challenge")
        (challenge,) = [item for item in engine.published if item.name == "challenge-required"]
        await engine.send(an_answer(challenge_id=challenge.data["challenge_id"]))
        await engine.until(lambda: bank.answers, "the answer")
        await engine.idle()
        bank.readings[1].set()
        await engine.until(lambda: engine.answers(first) and engine.answers(second), "an answer to both")
        await engine.idle()
        assert [item.name for item in engine.published].count("challenge-required") == 1
        (late,) = [item for item in engine.published if item.name == "command-refused"]
        assert (late.data["code"], late.data["state"]) == ("WRONG_STATE", state)
        assert {late.cause, challenge.cause} == {first, second}
