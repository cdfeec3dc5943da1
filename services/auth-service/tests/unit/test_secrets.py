"""What a person typed is nowhere but in the call: not in the store, an event, a log line or an error."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auth_service.domain.bank_data import BankData, Interrupted, NotYet
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.ports import LoginRef, LoginStart, Typed
from auth_service.vendor.typed import censored
from bankrails_contracts.auth import (
    AnswerChallenge,
    BankVendor,
    ChallengeKind,
    Question,
    QuestionType,
    StartAuthentication,
)
from bankrails_sealing import SealingKeys, preferred_key, seal
from bankrails_service.sealed import open_sealed
from bankrails_telemetry.logs import configure_logging
from bankrails_testkit.engine import Engine
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable

USERNAME, PASSWORD, ANSWER = "planted-username-7Q", "planted-password-7Q", "planted-answer-7Q"
PLANTED = (USERNAME, PASSWORD, ANSWER)


@dataclass
class IndiscreetVendor:
    """Repeats whatever it is told, in every way that a vendor has."""

    mood: str = "challenges"
    heard: list[Typed] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        return await self._repeat(typed)

    async def answer(self, ref: LoginRef, typed: Typed) -> Step:
        return await self._repeat(typed)

    async def recover(self, start: LoginStart) -> Step:
        return Step(outcome=StepOutcome.UNKNOWN, reason="the credentials are gone")

    async def read(self, ref: LoginRef) -> Step:
        return Step(outcome=StepOutcome.FAILED, reason="gone")

    async def fetch(
        self, ref: LoginRef, *, numbers_wanted: bool, asked_for: tuple[str, ...]
    ) -> BankData | NotYet | Interrupted:
        raise NotImplementedError

    async def _repeat(self, typed: Typed) -> Step:
        self.heard.append(dict(typed))
        if self.gate is not None:
            await self.gate.wait()
        said = f"you typed {' and '.join(typed.values())}"
        match self.mood:
            case "challenges":
                question = Question(field="answer", label=said, type=QuestionType.TEXT)
                challenge = Challenge(key="k", kind=ChallengeKind.MFA, message=said, questions=(question,))
                return Step(outcome=StepOutcome.CHALLENGED, challenge=challenge, login_ref="session")
            case "fails":
                return Step(outcome=StepOutcome.FAILED, reason=said)
            case "rejects":
                raise VendorRejected("start", said, status=400)
            case "is silent":
                raise OutcomeUnknown("start", said) from ValueError(said)
            case "is away":
                raise VendorUnavailable("start", said) from ValueError(said)
            case _:
                raise RuntimeError("a bug of ours")


@dataclass
class Bench:
    engine: Engine
    vendor: IndiscreetVendor
    keys: SealingKeys
    log: StringIO
    database: Path

    def sealed(self, fields: dict[str, str]) -> list[dict[str, str]]:
        key = preferred_key(self.keys.jwks())
        return [{"field": name, "value": seal(value, key)} for name, value in fields.items()]

    def a_start(self) -> StartAuthentication:
        return StartAuthentication.model_validate(
            {
                "connection_id": "connection",
                "user_id": "user",
                "country": "CA",
                "institution": "bank",
                "credentials": self.sealed({"username": USERNAME, "password": PASSWORD}),
            }
        )

    async def idle(self) -> None:
        await self.engine.until(lambda: self.engine.pool.idle and self.engine.dispatcher.idle, "rest")
        await self.engine.idle()

    def everything_kept(self) -> str:
        """The database's files byte by byte, what was published, and what was logged."""
        files = b"".join(path.read_bytes() for path in self.database.parent.glob(f"{self.database.name}*"))
        published = "".join(f"{item.row.headers} {item.row.value}" for item in self.engine.published)
        return files.decode("latin-1") + published + self.log.getvalue()


@pytest.fixture
def quiet_logging() -> Any:
    yield
    logging.getLogger().handlers.clear()


@pytest.fixture
async def bench(
    database: Path, tmp_path: Path, quiet_logging: Any, open_engine: Callable[..., Engine]
) -> AsyncIterator[Bench]:
    log = StringIO()
    configure_logging("auth-service", "DEBUG", log)
    SealingKeys.generate(tmp_path / "auth.json")
    keys, vendor = SealingKeys.load(tmp_path / "auth.json"), IndiscreetVendor()

    def opened(jwe: str) -> Any:
        return open_sealed(keys, jwe)

    async with open_engine(dict.fromkeys(BankVendor, vendor), opened) as engine:
        yield Bench(engine, vendor, keys, log, database)


@pytest.mark.parametrize("mood", ["challenges", "fails", "rejects", "is silent", "is away", "has a bug"])
async def test_nothing_that_was_typed_is_kept_or_told(bench: Bench, mood: str) -> None:
    """However the vendor quotes it."""
    bench.vendor.mood = mood
    await bench.engine.send(bench.a_start())
    await bench.idle()
    assert bench.vendor.heard[0] == {"username": USERNAME, "password": PASSWORD}
    kept = bench.everything_kept()
    assert "connection" in kept
    assert [secret for secret in PLANTED if secret in kept] == []


async def test_an_answer_is_kept_no_better_than_a_password(bench: Bench) -> None:
    """A mother's maiden name opens more than one bank."""
    await bench.engine.send(bench.a_start())
    await bench.idle()
    challenge = bench.engine.published[-1].data
    answer = {
        "connection_id": "connection",
        "challenge_id": challenge["challenge_id"],
        "answers": bench.sealed({"answer": ANSWER}),
    }
    await bench.engine.send(AnswerChallenge.model_validate(answer))
    await bench.idle()
    assert bench.vendor.heard[-1] == {"answer": ANSWER}
    assert [secret for secret in PLANTED if secret in bench.everything_kept()] == []


async def test_the_ciphertext_rests_beside_the_work_until_the_attempt_is_recorded(bench: Bench) -> None:
    """From then on it lives in the one call's memory, and a repeat has nothing to repeat with."""
    bench.vendor.gate = asyncio.Event()
    await bench.engine.send(bench.a_start())
    await bench.engine.until(lambda: bench.vendor.heard, "the call")
    rows = await bench.engine.store.read(
        lambda connection: connection.exec_driver_sql("SELECT state, payload, sealed FROM work").fetchall()
    )
    assert [(row[0], row[2]) for row in rows] == [("in_flight", None)]
    assert "eyJ" not in rows[0][1]
    bench.vendor.gate.set()
    await bench.idle()


@pytest.mark.parametrize(
    ("text", "typed", "left"),
    [
        ("card 4500123 unknown", {"username": "4500123"}, "card ****** unknown"),
        ("abcdef", {"a": "abc", "b": "abcdef"}, "******"),
        ("no such user", {"answer": "no"}, "no such user"),
    ],
)
def test_what_was_typed_is_cut_out(text: str, typed: dict[str, str], left: str) -> None:
    """The longer first, or its rest would stay; one of two letters is part of every sentence."""
    assert censored(text, typed) == left
