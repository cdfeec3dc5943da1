"""accounts-service alone: one account at Helix for one command, whatever happens; and who may know its number."""

import asyncio
import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from bankrails_contracts import accounts
from bankrails_contracts.accounts import LinkExternalAccount
from bankrails_contracts.message import Service
from bankrails_messaging.stops import Stop
from bankrails_sandbox import Effect, FaultKind, Moment, SandboxProcess
from bankrails_testkit.alone import Alone, alone_on_sqlite
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.external_accounts import link_external_account, new_number
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader, sequences

TOLD = ["ExternalAccountLinked", "ExternalAccountVerified", "ExternalAccountShared"]
RETRY_SECONDS = 2


@pytest.fixture(scope="module")
def shared_alone(
    cluster: Cluster, sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Alone]:
    with alone_on_sqlite(Service.ACCOUNTS, cluster, sandbox_process, tmp_path_factory.mktemp("accounts")) as opened:
        opened.process.start()
        yield opened


@pytest.fixture
def alone(shared_alone: Alone) -> Alone:
    """One service for the module; each test has a customer and an account of its own, and meets no fault of another."""
    shared_alone.clear_faults()
    return shared_alone


def american(alone: Alone, number: str, **fields: Any) -> LinkExternalAccount:
    """Of a new customer, since a customer may have few accounts."""
    customer = alone.sandbox.control.helix.add_customer()
    return link_external_account(alone.process.seal, "US", number, **({"helix_customer_id": customer} | fields))


def made_at_helix(alone: Alone, number: str) -> list[Effect]:
    effects = alone.sandbox.control.helix.effects(kind="helix.external_account.created")
    return [effect for effect in effects if number[-4:] in (effect.detail or "")]


async def linked(alone: Alone, reader: TopicReader, command: LinkExternalAccount, number: str) -> Any:
    """Once all three events are there, as they must be; the first of them."""
    await alone.first(reader, command.key, "ExternalAccountShared", step_seconds=RETRY_SECONDS)
    told = reader.of(command.key)
    assert [item.name for item in told] == TOLD
    assert sequences(told) == [1, 2, 3]
    assert alone.peer.open(told[2].data["account"]["account_number"]) == number
    assert alone.process.files_with(command.key)  # so the look for the number is not in vain
    assert not alone.process.files_with(number)
    assert number not in json.dumps([item.data for item in reader.seen])
    return told[0]


@pytest.mark.parametrize("country", ["CA", "US"])
async def test_an_account_is_linked_verified_and_shared(
    country: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """In answer to one command, in order; at Helix in the United States alone; its number for payments-service alone."""
    number = new_number()
    command = american(alone, number) if country == "US" else link_external_account(alone.process.seal, "CA", number)
    sent = await sender.send(command)
    first = await linked(alone, reader, command, number)
    assert {item.cause for item in reader.of(command.key)} == {sent}
    made = made_at_helix(alone, number)
    assert [effect.times for effect in made] == ([1] if country == "US" else [])
    assert first.data["adopted"] is False
    assert first.data["account_masked"] == f"******{number[-4:]}"


BROKEN = "021000022"
"""Its check digit is wrong."""
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a routing number": ({"account": {"routing_number": BROKEN}}, "INVALID", "account.routing_number"),
    "a number in the clear": ({"account": {"account_number": "*"}}, "SECRET_IN_CLEAR", "account.account_number"),
    "a seal that is none": ({"account": {"account_number": "eyJh.a.a.a.a"}}, "SEAL_BROKEN", "account.account_number"),
    "no customer": ({"helix_customer_id": None}, "INVALID", "helix_customer_id"),
    "no name": ({"holder": {"first_name": None}}, "INVALID", "holder"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_breaks_a_rule_is_refused_by_the_name_of_its_field(
    name: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """Nothing went to the vendor, and a number in the clear is kept nowhere."""
    changed, code, field = REFUSED[name]
    number = new_number()
    body = json.loads(american(alone, number).model_dump_json())
    for key, value in changed.items():
        body[key] = {**body[key], **value} if isinstance(value, dict) else value
    text = json.dumps(body).replace('"*"', f'"{number}"')
    sent = await sender.body(LinkExternalAccount, text.encode(), key=body["external_account_id"])
    refused = await reader.event(accounts.CommandRefused, cause=sent)
    assert (refused.code, refused.field) == (code, field)
    assert made_at_helix(alone, number) == []
    assert not alone.process.files_with(number)
    assert number not in json.dumps([item.data for item in reader.seen])


ADOPTED = {Stop.VENDOR_ANSWERED}
"""Made, and nothing of it stored: found by our tag."""


@pytest.mark.parametrize("stop", Stop)
async def test_killed_at_any_stop_one_account_is_made_and_everything_told(
    stop: Stop, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """An account too many takes one of a customer's few places for good."""
    number = new_number()
    command = american(alone, number)
    alone.process.crash_at(stop)
    sent = await sender.send(command)
    assert await asyncio.to_thread(alone.process.wait) == -signal.SIGKILL
    await asyncio.to_thread(alone.process.start)
    first = await linked(alone, reader, command, number)
    assert [effect.times for effect in made_at_helix(alone, number)] == [1]
    assert first.data["adopted"] is (stop in ADOPTED)
    assert {item.cause for item in reader.of(command.key)} == {sent}
    assert len({item.id for item in reader.copies(command.key)}) == 3  # a repeat has the original's id


FAULTS: dict[str, tuple[dict[str, Any], bool]] = {
    "429": ({"kind": FaultKind.STATUS, "status": 429}, False),
    "503": ({"kind": FaultKind.STATUS, "status": 503}, False),
    "503 after the effect": ({"kind": FaultKind.STATUS, "status": 503, "moment": Moment.AFTER_EFFECT}, True),
    "cut before the effect": ({"kind": FaultKind.CUT}, False),
    "cut after the effect": ({"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT}, True),
}
"""With whether the account was there when it was asked for again."""


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_becomes_of_the_call_one_account_is_made(
    fault: str, alone: Alone, sender: Sender, reader: TopicReader
) -> None:
    """Our tag is the key: a repeat makes it, or adopts it and says so."""
    fields, adopted = FAULTS[fault]
    alone.sandbox.control.helix.fault(operation="create", times=1, **fields)
    number = new_number()
    command = american(alone, number)
    await sender.send(command)
    first = await linked(alone, reader, command, number)
    assert first.data["adopted"] is adopted
    assert [effect.times for effect in made_at_helix(alone, number)] == [1]
