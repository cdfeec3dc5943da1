"""What auth, accounts and settlement promise alike: each runs alone, on a schema made by hand, and stops as asked.

payments-service's own start and stop are looked at more closely in test_start_and_stop.py.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from bankrails_contracts import accounts, auth, settlement
from bankrails_contracts.message import Command, Event, Service
from bankrails_contracts.settlement import RecordReturn
from bankrails_sandbox import SandboxProcess
from bankrails_testkit.alone import Alone, open_alone
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import MERCHANT, new_id
from bankrails_testkit.databases import PostgresDatabases, SqliteDatabases
from bankrails_testkit.external_accounts import link_external_account
from bankrails_testkit.logins import new_login, start_authentication
from bankrails_testkit.sender import Sender
from bankrails_testkit.service_process import program_of
from bankrails_testkit.topic_reader import TopicReader


@dataclass(frozen=True)
class Example:
    service: Service
    asked: Callable[[Alone], Command]
    """A command that needs nobody else."""
    answer: type[Event]
    """The last event that it leads to."""
    setting: str
    """One that the service cannot do without."""


def a_login(house: Alone) -> Command:
    return start_authentication(house.process.seal, "CA", new_login(house.sandbox.control, "CA"))


def an_account(house: Alone) -> Command:
    return link_external_account(house.process.seal, "CA")


def a_return(house: Alone) -> Command:
    """Of a payment that nobody has told it of: there is none without a vendor's."""
    fields = {"merchant_id": MERCHANT, "payment_id": new_id("payment"), "code": "901", "returned_on": date(2026, 3, 2)}
    return RecordReturn.model_validate(fields)


EXAMPLES = [
    Example(Service.AUTH, a_login, auth.AuthenticationSucceeded, "AUTH_HELIUM_API_KEY"),
    Example(Service.ACCOUNTS, an_account, accounts.ExternalAccountShared, "ACCOUNTS_HELIX_URL"),
    Example(Service.SETTLEMENT, a_return, settlement.CommandRefused, "SETTLEMENT_MERCHANTS_FILE"),
]


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.service)
def example(request: pytest.FixtureRequest) -> Example:
    made: Example = request.param
    return made


@pytest.fixture
def database_url(example: Example, cluster: Cluster, tmp_path: Path) -> str:
    return SqliteDatabases(tmp_path, package_of(example)).fresh(cluster.ends())


@pytest.fixture
def house(
    example: Example, cluster: Cluster, sandbox: SandboxProcess, database_url: str, tmp_path: Path
) -> Iterator[Alone]:
    with open_alone(example.service, cluster, sandbox, database_url, tmp_path) as opened:
        yield opened


def package_of(example: Example) -> str:
    return program_of(example.service).module


async def answers_and_stops(example: Example, house: Alone, sender: Sender, reader: TopicReader) -> None:
    process = house.process
    await asyncio.to_thread(process.start)
    command_id = await sender.send(example.asked(house), correlationid="intent-7")
    await reader.event(example.answer, cause=command_id)
    answers = reader.answers(command_id)
    assert {item.headers["ce_correlationid"] for item in answers} == {"intent-7"}
    assert {item.topic for item in answers} == {f"bankrails.{example.service}.events"}
    ready = process.get("/health/ready")
    assert (ready["healthy"], process.get("/health/live")["healthy"]) == (True, True)
    assert set(ready["checks"]) == {"running", "store commit", "kafka acknowledgement", "kafka fetch"}
    assert process.metric("process_start_time_seconds") > 0
    assert process.get("/.well-known/jwks.json")["keys"][0]["use"] == "enc"
    assert await asyncio.to_thread(process.stop) == 0


async def test_it_answers_alone_and_stops_when_asked(
    example: Example, house: Alone, sender: Sender, reader: TopicReader
) -> None:
    """No other service runs: what one of them owes does not depend on the others being there."""
    await answers_and_stops(example, house, sender, reader)


async def test_on_postgresql_it_starts_once_the_schema_is_made(
    example: Example,
    cluster: Cluster,
    sandbox: SandboxProcess,
    tmp_path: Path,
    sender: Sender,
    reader: TopicReader,
    postgres_server: str,
) -> None:
    """Replicas must not race to change a schema, so it is made once, by the service's own command."""
    databases = await asyncio.to_thread(PostgresDatabases, postgres_server, package_of(example))
    address = await asyncio.to_thread(databases.empty)
    with open_alone(example.service, cluster, sandbox, address, tmp_path) as house:
        house.process.launch("migrate")
        assert await asyncio.to_thread(house.process.wait) == 0, house.process.log_end()
        positions = await asyncio.to_thread(cluster.ends)
        await asyncio.to_thread(databases.have_read, address, positions)
        await answers_and_stops(example, house, sender, reader)


def test_a_setting_that_is_missing_stops_the_start_and_is_named(example: Example, house: Alone) -> None:
    """One readable line and status 2; never a half-started service."""
    del house.process.settings[example.setting]
    assert example.setting in house.process.refusal()
