"""auth-service alone: what a person's login leads to, what is refused, and what the vendors' troubles mean."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from bankrails_contracts import auth
from bankrails_contracts.auth import AnswerChallenge, StartAuthentication
from bankrails_contracts.message import Service
from bankrails_sandbox import FaultKind, Moment, SandboxProcess
from bankrails_sandbox.vendor_client import VendorClient
from bankrails_sealing import SealingKeys, preferred_key, seal
from bankrails_testkit.alone import Alone, alone_on_sqlite
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import new_id
from bankrails_testkit.logins import (
    ANSWERS,
    PASSWORD,
    POLL_SECONDS,
    answer_challenge,
    challenged,
    new_login,
    start_authentication,
    visits,
)
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import Received, TopicReader, sequences

CANARY = "canary-typed-4d90"


@pytest.fixture(scope="module")
def shared_alone(
    cluster: Cluster, sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Alone]:
    with alone_on_sqlite(Service.AUTH, cluster, sandbox_process, tmp_path_factory.mktemp("auth")) as opened:
        opened.process.start()
        yield opened


@pytest.fixture
def alone(shared_alone: Alone) -> Alone:
    """One service for the module; each test has logins and connections of its own, and meets no fault of another."""
    shared_alone.clear_faults()
    return shared_alone


async def first(alone: Alone, reader: TopicReader, connection_id: str, *names: str) -> Received:
    return await alone.first(reader, connection_id, *names, step_seconds=POLL_SECONDS)


@pytest.mark.parametrize("country", ["CA", "US"])
async def test_a_login_with_a_challenge_opens_the_bank_data(
    country: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """Each answer names its command; the number is readable to accounts-service alone; the bank is visited once."""
    control = alone.sandbox.control
    login, challenge = await challenged(alone, sender, reader, country, fetch_bank_data=True)
    answer_id = await sender.send(answer_challenge(alone.process.seal, challenge, ANSWERS[country]))
    fetched = await first(alone, reader, challenge.connection_id, "BankDataFetched")

    told = reader.of(challenge.connection_id)
    assert [item.name for item in told] == [
        "AuthenticationStarted",
        "ChallengeRequired",
        "AuthenticationSucceeded",
        "BankDataFetched",
    ]
    assert sequences(told) == [1, 2, 3, 4]
    assert told[0].cause == told[1].cause != told[2].cause == answer_id
    bank = control.mx if country == "US" else control.helium
    known = {account.account_number for account in bank.person(login).accounts}
    shown = [each["details"]["account_number"] for each in fetched.data["accounts"]]
    assert {alone.peer.open(number) for number in shown} == known
    assert visits(control, country, login) == (1, 1)
    assert alone.process.files_with(challenge.connection_id)  # so the look for the secrets is not in vain
    assert not [found for text in (login, PASSWORD, *known) for found in alone.process.files_with(text)]


def sealed_to_nobody(text: str, tmp_path: Any) -> str:
    SealingKeys.generate(tmp_path / "others.json")
    return seal(text, preferred_key(SealingKeys.load(tmp_path / "others.json").jwks()))


async def test_what_does_not_open_is_refused_by_the_name_of_its_field(
    alone: Alone, sender: Sender, reader: TopicReader, tmp_path: Any
) -> None:
    """Sealed to another, broken on its way, or not sealed at all: the sender hears which, and no bank hears anything."""
    control = alone.sandbox.control
    login = new_login(control, "CA")
    sealed = alone.process.seal(PASSWORD)
    broken = f"{sealed[:-6]}{'A' * 6}"
    for value, code, field in (
        (sealed_to_nobody(PASSWORD, tmp_path), "SEALED_TO_UNKNOWN_KEY", "credentials.1.value"),
        (broken, "SEAL_BROKEN", "credentials.1.value"),
        (CANARY, "SECRET_IN_CLEAR", "credentials.value"),
    ):
        good = start_authentication(alone.process.seal, "CA", login)
        body = json.loads(good.model_dump_json(exclude_none=True))
        body["credentials"][1]["value"] = value
        sent = await sender.body(StartAuthentication, json.dumps(body).encode(), key=good.connection_id)
        refused = await reader.event(auth.CommandRefused, cause=sent)
        assert (refused.code, refused.field) == (code, field)
    assert visits(control, "CA", login) == (0, 0)
    assert CANARY not in json.dumps([item.data for item in reader.seen])
    assert not alone.process.files_with(CANARY)


async def test_a_bank_or_a_connection_that_nobody_knows_is_refused_by_name(
    alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """A typing error in a code must not look like a wrong password."""
    nowhere = start_authentication(
        alone.process.seal, "US", new_login(alone.sandbox.control, "US"), institution="no-such-bank"
    )
    sent = await sender.send(nowhere)
    refused = await reader.event(auth.CommandRefused, cause=sent)
    assert (refused.code, refused.field) == ("UNKNOWN_INSTITUTION", "institution")
    answer = {
        "connection_id": new_id("connection"),
        "challenge_id": "any",
        "answers": [{"field": "answer", "value": alone.process.seal("blue")}],
    }
    sent = await sender.send(AnswerChallenge.model_validate(answer))
    refused = await reader.event(auth.CommandRefused, cause=sent)
    assert (refused.code, refused.field) == ("NOT_FOUND", "connection_id")


FAULTS: dict[str, dict[str, Any]] = {
    "429": {"kind": FaultKind.STATUS, "status": 429},
    "503": {"kind": FaultKind.STATUS, "status": 503},
    "cut before the effect": {"kind": FaultKind.CUT},
    "cut after the effect": {"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT},
}
AT_HELIUM = {
    "429": ("AuthenticationSucceeded", 1),
    "503": ("AuthenticationOutcomeUnknown", 0),
    "cut before the effect": ("AuthenticationOutcomeUnknown", 0),
    "cut after the effect": ("AuthenticationOutcomeUnknown", 1),
}
"""Never repeated but after a definite "later"."""


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_login_in_doubt_at_helium_is_never_repeated(
    fault: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """The bank counts wrong passwords, and nobody can tell whether it heard this one."""
    control = alone.sandbox.control
    event, attempts = AT_HELIUM[fault]
    control.helium.fault(operation="authorize", times=1, **FAULTS[fault])
    command = start_authentication(alone.process.seal, "CA", login := new_login(control, "CA"))
    sent = await sender.send(command)
    ended = await first(alone, reader, command.connection_id, "AuthenticationSucceeded", "AuthenticationOutcomeUnknown")
    assert (ended.name, ended.cause) == (event, sent)
    assert visits(control, "CA", login) == (attempts, 0)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_login_in_doubt_at_mx_reaches_the_bank_once(
    fault: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """The member has an id of ours: made, it is adopted; not made, it is made."""
    control = alone.sandbox.control
    control.mx.fault(operation="create-member", times=1, **FAULTS[fault])
    command = start_authentication(alone.process.seal, "US", login := new_login(control, "US"))
    sent = await sender.send(command)
    ended = await first(alone, reader, command.connection_id, "AuthenticationSucceeded")
    assert ended.cause == sent
    assert visits(control, "US", login) == (1, 0)


@pytest.mark.parametrize(("country", "operation"), [("CA", "authorize"), ("US", "resume")])
async def test_an_answer_whose_answer_is_lost_is_looked_up_and_not_given_again(
    country: str, operation: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """Heard, as the vendor shows, so the login goes on from there."""
    login, challenge = await challenged(alone, sender, reader, country)
    vendor: VendorClient = alone.sandbox.control.mx if country == "US" else alone.sandbox.control.helium
    vendor.fault(FaultKind.CUT, moment=Moment.AFTER_EFFECT, operation=operation, times=1)
    before = written(vendor)
    sent = await sender.send(answer_challenge(alone.process.seal, challenge, ANSWERS[country]))
    ended = await first(alone, reader, challenge.connection_id, "AuthenticationSucceeded")
    assert ended.cause == sent
    assert visits(alone.sandbox.control, country, login) == (1, 1)
    assert written(vendor) == before + 1


def written(vendor: VendorClient) -> int:
    """How many calls that write it has met. A second answer would be one, although the vendor refuses it."""
    return sum(call.count for call in vendor.calls().calls if call.method != "GET")


async def test_what_was_asked_while_it_was_away_is_done_once_it_is_back(
    alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """A deployment is nothing that a person at a bank's door should notice."""
    command = start_authentication(alone.process.seal, "CA", login := new_login(alone.sandbox.control, "CA"))
    assert await asyncio.to_thread(alone.process.stop) == 0
    await sender.send(command)
    await asyncio.to_thread(alone.process.start)
    await first(alone, reader, command.connection_id, "AuthenticationSucceeded")
    assert visits(alone.sandbox.control, "CA", login) == (1, 0)
