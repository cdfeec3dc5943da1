"""`kill -9` of auth-service at every stop of a login's way: the bank never hears twice what a person typed once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bankrails_contracts import auth
from bankrails_contracts.message import Command, Service
from bankrails_messaging.stops import Stop
from bankrails_sandbox import FaultKind, SandboxProcess
from bankrails_testkit.alone import Alone, alone_on_sqlite
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.logins import (
    ANSWERS,
    POLL_SECONDS,
    answer_challenge,
    challenged,
    new_login,
    start_authentication,
    visits,
)
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader, sequences

LONG_SECONDS = 60
"""Towards the end of a challenge's five minutes, and of the fifteen after which a silent login is given up."""
ENDS = frozenset(
    {"AuthenticationSucceeded", "AuthenticationOutcomeUnknown", "AuthenticationErrored", "AuthenticationExpired"}
)
COUNTRIES = ("CA", "US")


@pytest.fixture(scope="module")
def alone(
    cluster: Cluster, sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Alone]:
    with alone_on_sqlite(Service.AUTH, cluster, sandbox_process, tmp_path_factory.mktemp("auth-crashes")) as opened:
        opened.process.start()
        yield opened


def ended(reader: TopicReader, connection_id: str) -> list[Any]:
    return [item for item in reader.of(connection_id) if item.name in ENDS]


async def a_start(alone: Alone, country: str) -> tuple[str, Command]:
    """A login, and the command that begins it."""
    login = new_login(alone.sandbox.control, country)
    return login, start_authentication(alone.process.seal, country, login)


async def an_answer(alone: Alone, country: str, sender: Sender, reader: TopicReader) -> tuple[str, Command]:
    """A login that the bank has challenged, and the command that answers it."""
    login, challenge = await challenged(alone, sender, reader, country)
    return login, answer_challenge(alone.process.seal, challenge, ANSWERS[country])


async def killed_and_started(alone: Alone, stop: Stop, send: Callable[[], Any]) -> Any:
    """What `send` gives; the process has ended itself at the stop meanwhile, and runs again."""
    alone.process.crash_at(stop)
    sent = await send()
    assert await asyncio.to_thread(alone.process.wait) == -signal.SIGKILL
    await asyncio.to_thread(alone.process.start)
    return sent


@pytest.mark.parametrize("stop", Stop)
async def test_killed_at_any_stop_no_bank_is_asked_twice_and_every_login_ends(
    stop: Stop, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """A start and an answer at each vendor, all in hand when the process dies, at whatever point each is then."""
    cases = [(country, *await a_start(alone, country)) for country in COUNTRIES]
    cases += [(country, *await an_answer(alone, country, sender, reader)) for country in COUNTRIES]

    async def send() -> list[str]:
        return list(await asyncio.gather(*(sender.send(command) for _, _, command in cases)))

    sent = await killed_and_started(alone, stop, send)
    await alone.pass_time(
        reader, lambda: all(ended(reader, command.key) for _, _, command in cases), "the end of each", LONG_SECONDS
    )
    for (country, login, command), command_id in zip(cases, sent, strict=True):
        attempts, answers = visits(alone.sandbox.control, country, login)
        assert (attempts <= 1, answers <= 1) == (True, True), (command, reader.of(command.key))
        told = reader.of(command.key)
        (end,) = ended(reader, command.key)
        assert sequences(told) == list(range(1, len(told) + 1))
        assert end.cause == command_id
        if end.name == "AuthenticationSucceeded":
            assert (attempts, answers) == (1, isinstance(command, auth.AnswerChallenge))


@pytest.mark.parametrize("stop", [Stop.DECIDED, Stop.DECISION_COMMITTED, Stop.EVENTS_SENT])
async def test_killed_while_the_banks_word_is_decided_and_told(
    stop: Stop, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """What the bank said is stored by then: it is neither lost nor asked for again."""
    helium = alone.sandbox.control.helium
    helium.fault(FaultKind.HOLD, operation="authorize", times=1)
    login, command = await a_start(alone, "CA")
    sent = await sender.send(command)
    await reader.event(auth.AuthenticationStarted, cause=sent)
    helium.wait_until_held()

    async def release() -> int:
        return helium.release()

    await killed_and_started(alone, stop, release)
    end = await alone.first(reader, command.key, *ENDS, step_seconds=POLL_SECONDS)
    assert (end.name, visits(alone.sandbox.control, "CA", login)) == (SUCCEEDED, (1, 0))
    assert sequences(reader.of(command.key)) == [1, 2]


SUCCEEDED, UNKNOWN, EXPIRED = "AuthenticationSucceeded", "AuthenticationOutcomeUnknown", "AuthenticationExpired"
STARTS = {
    # Nobody knows whether the bank was asked, and Helium has no way to look.
    ("CA", Stop.ATTEMPT_RECORDED): (UNKNOWN, 0),
    ("CA", Stop.VENDOR_ANSWERED): (UNKNOWN, 1),
    # What was typed is gone with the attempt, so what MX shows under our id is all there is.
    ("US", Stop.ATTEMPT_RECORDED): (UNKNOWN, 0),
    ("US", Stop.VENDOR_ANSWERED): (SUCCEEDED, 1),
}


@pytest.mark.parametrize(("country", "stop"), STARTS)
async def test_killed_around_the_call_of_a_start(
    country: str, stop: Stop, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """Exactly what is known is told: adopted where the vendor can show it, unknown where nobody can."""
    login, command = await a_start(alone, country)
    await killed_and_started(alone, stop, lambda: sender.send(command))
    await alone.pass_time(reader, lambda: bool(ended(reader, command.key)), "its end", POLL_SECONDS)
    (end,) = ended(reader, command.key)
    assert (end.name, visits(alone.sandbox.control, country, login)[0]) == STARTS[country, stop]


GIVEN = {
    # Not given: the vendor still shows the question, until it shows it no more.
    ("CA", Stop.ATTEMPT_RECORDED): (EXPIRED, 0),
    ("CA", Stop.VENDOR_ANSWERED): (SUCCEEDED, 1),
    ("US", Stop.ATTEMPT_RECORDED): (EXPIRED, 0),
    ("US", Stop.VENDOR_ANSWERED): (SUCCEEDED, 1),
}


@pytest.mark.parametrize(("country", "stop"), GIVEN)
async def test_killed_around_the_call_of_an_answer(
    country: str, stop: Stop, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """It is looked up at the vendor, never given again."""
    login, command = await an_answer(alone, country, sender, reader)
    await killed_and_started(alone, stop, lambda: sender.send(command))
    await alone.pass_time(reader, lambda: bool(ended(reader, command.key)), "its end", LONG_SECONDS)
    (end,) = ended(reader, command.key)
    assert (end.name, visits(alone.sandbox.control, country, login)[1]) == GIVEN[country, stop]
