"""What a person typed is nowhere but in the call: not in the store, an event, a log line or an error."""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auth_service.domain.bank_data import BankData, Interrupted, NotYet, ShownAccount
from auth_service.domain.login import Step, StepOutcome
from auth_service.ports import LoginRef, LoginStart, Typed
from auth_service.vendor.helium import mapping as helium
from auth_service.vendor.helium.wire import Authorization
from auth_service.vendor.mx import mapping as mx
from auth_service.vendor.mx.wire import MemberStatus
from auth_service.vendor.typed import censored, censored_step
from bankrails_contracts.auth import (
    AnswerChallenge,
    BankProfile,
    BankVendor,
    FoundAccount,
    FoundAccountType,
    StartAuthentication,
)
from bankrails_sealing import SealingKeys, preferred_key, seal
from bankrails_service.sealed import open_sealed
from bankrails_telemetry.logs import configure_logging
from bankrails_testkit.engine import Engine
from bankrails_vendor_http.errors import OutcomeUnknown, VendorError, VendorRejected, VendorUnavailable

USERNAME, PASSWORD, ANSWER = "planted-username-7Q", "planted-password-7Q", "planted-answer-7Q"
PLANTED = (USERNAME, PASSWORD, ANSWER)
CARD, CARD_IN_GROUPS = "4500123412347788", "4500 1234 1234 7788"
QUOTED, CUT_OUT = f"card {CARD} is {CARD_IN_GROUPS}?", "card ****** is ******?"


def helium_asks(said: str) -> Step:
    answer = {"status": "mfa_required", "session_id": "session", "message": said, "challenge": said}
    return helium.step(Authorization.model_validate(answer))


def mx_asks(said: str) -> Step:
    asked = {"guid": "CRD-1", "label": said}
    status = {"guid": "MBR-1", "connection_status": "CHALLENGED", "challenges": [asked]}
    return mx.step(MemberStatus.model_validate(status))


@dataclass
class IndiscreetVendor:
    """Repeats whatever it is told, in every way that a vendor has."""

    mood: str = "challenges"
    later: Callable[[], Any] = lambda: Step(outcome=StepOutcome.FAILED, reason="gone")
    """What it says in calls that carry nothing, or an answer alone."""
    heard: list[Typed] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        return await self._repeat(typed)

    async def answer(self, ref: LoginRef, typed: Typed) -> Step:
        if self.mood == "remembers":
            return self._later()
        return await self._repeat(typed)

    async def recover(self, start: LoginStart) -> Step:
        return Step(outcome=StepOutcome.UNKNOWN, reason="the credentials are gone")

    async def read(self, ref: LoginRef) -> Step:
        return self._later()

    async def fetch(
        self, ref: LoginRef, *, numbers_wanted: bool, asked_for: tuple[str, ...]
    ) -> BankData | NotYet | Interrupted:
        return self._later()

    def _later(self) -> Any:
        said = self.later()
        if isinstance(said, VendorError):
            raise said
        return said

    async def _repeat(self, typed: Typed) -> Step:
        self.heard.append(dict(typed))
        if self.gate is not None:
            await self.gate.wait()
        said = f"you typed {' and '.join(typed.values())}"
        match self.mood:
            case "challenges":
                return helium_asks(said)
            case "remembers":
                return helium_asks("Colour?")
            case "goes on":
                return Step(outcome=StepOutcome.IN_PROGRESS, login_ref="session")
            case "lets in":
                return Step(outcome=StepOutcome.SUCCEEDED, login_ref="session")
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

    def a_start(self, username: str = USERNAME) -> StartAuthentication:
        return StartAuthentication.model_validate(
            {
                "connection_id": "connection",
                "user_id": "user",
                "country": "CA",
                "institution": "bank",
                "credentials": self.sealed({"username": username, "password": PASSWORD}),
            }
        )

    async def answer(self, text: str) -> None:
        """To the challenge that was told last."""
        answer = {
            "connection_id": "connection",
            "challenge_id": self.engine.published[-1].data["challenge_id"],
            "answers": self.sealed({"answer": text}),
        }
        await self.engine.send(AnswerChallenge.model_validate(answer))
        await self.idle()

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
    await bench.answer(ANSWER)
    assert bench.vendor.heard[-1] == {"answer": ANSWER}
    assert [secret for secret in PLANTED if secret in bench.everything_kept()] == []


@pytest.mark.parametrize(
    "said",
    [
        lambda: helium_asks(QUOTED),
        lambda: mx_asks(QUOTED),
        lambda: Step(outcome=StepOutcome.FAILED, reason=QUOTED),
        lambda: VendorRejected("read", QUOTED, status=404),
    ],
    ids=["asks", "asks by MX", "fails", "rejects"],
)
@pytest.mark.parametrize("mood", ["goes on", "lets in", "remembers"])
async def test_a_number_that_a_vendor_has_kept_is_kept_no_longer(
    bench: Bench, mood: str, said: Callable[[], Any]
) -> None:
    """In a poll, a fetch and the call of an answer nothing is known of the card number that was typed long before."""
    bench.vendor.mood = mood
    bench.vendor.later = lambda: Interrupted(said()) if mood == "lets in" and isinstance(said(), Step) else said()
    await bench.engine.send(bench.a_start(CARD))
    await bench.idle()
    if mood == "remembers":
        await bench.answer(ANSWER)
    bench.engine.clock.advance(timedelta(minutes=1))
    await bench.idle()
    kept = bench.everything_kept()
    assert [number for number in (CARD, CARD_IN_GROUPS) if number in kept] == []
    assert CUT_OUT in bench.engine.published[-1].row.value


async def test_an_account_number_in_a_name_is_not_told(bench: Bench) -> None:
    """Banks name accounts by their numbers; the full one goes sealed, or not at all."""
    found = FoundAccount(
        account_ref="a", account_type=FoundAccountType.CHECKING, name=f"Everyday {CARD}", holder_name="Ada 0012345"
    )
    bench.vendor.mood, bench.vendor.later = "lets in", lambda: BankData(BankProfile(), (ShownAccount(found),))
    await bench.engine.send(bench.a_start())
    await bench.idle()
    (account,) = bench.engine.published[-1].data["accounts"]
    assert (account["name"], account["holder_name"]) == ("Everyday ******", "Ada ******")
    assert CARD not in bench.everything_kept()


async def test_a_question_is_known_again_by_a_key_that_tells_nothing(bench: Bench) -> None:
    """It rests as long as the connection. Keyed, for a card number is guessed in an hour; and by login, so that nobody
    sees who was asked the same."""
    await bench.engine.send(bench.a_start())
    await bench.idle()
    (key,) = await bench.engine.store.read(
        lambda connection: connection.exec_driver_sql("SELECT challenge_key FROM connection").scalars().all()
    )
    said = helium_asks(f"you typed {USERNAME} and {PASSWORD}").challenge
    assert said is not None
    assert re.fullmatch("[0-9a-f]{64}", key)
    guessed = [said.key, f"session/{said.key}"]
    assert key not in [hashlib.sha256(guess.encode()).hexdigest() for guess in guessed]


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
        ("no such user: ADA", {"username": "ada"}, "no such user: ******"),
        ("the code 123 456 is old", {"answer": "123456"}, "the code ****** is old"),
        ("a planted pass…", {"password": "planted password"}, "a ******…"),
        ("card 1234567 unknown", {}, "card ****** unknown"),
        ("card 3782 822463 10005 unknown", {}, "card ****** unknown"),
        ("a code to 123456, not before 2026-03-02 14:00:11", {}, "a code to 123456, not before 2026-03-02 14:00:11"),
    ],
)
def test_what_was_typed_is_cut_out(text: str, typed: dict[str, str], left: str) -> None:
    """The longer first, or its rest would stay; one of two letters is part of every sentence. And every number that
    is long enough for a card or an account."""
    assert censored(text, typed) == left


def test_an_option_is_shown_without_and_sent_back_as_it_came() -> None:
    """One that was changed would be a wrong answer."""
    answer = {"status": "mfa_required", "session_id": "s", "challenge": {"type": "choice", "options": [QUOTED]}}
    challenge = censored_step(helium.step(Authorization.model_validate(answer)), {}).challenge
    assert challenge is not None
    (option,) = challenge.questions[0].options
    assert (option.label, option.value) == (CUT_OUT, QUOTED)
