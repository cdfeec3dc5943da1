"""Helix, in the process of the whole run or in one of a test's own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2 as httpx
import pytest
from bankrails_sandbox import ClockConfig, RunningSandbox, SandboxConfig, SandboxThread
from bankrails_sandbox.helix.program import HelixConfig, Program

START = datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)
HELIX_ACCOUNT = {
    "customerId": 1001,
    "accountNumber": "0123456789",
    "routingNumber": "021000021",
    "type": "Checking",
    "firstName": "Ada",
    "lastName": "Example",
}


class Accounts:
    """An integration with Helix in as few words as a test wants: raw answers, no judgement."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.control = sandbox.control.helix
        self.zone = ZoneInfo(Program().time_zone)
        self.http = httpx.Client(base_url=sandbox.helix_url, auth=("example1", "example1"), timeout=20, verify=False)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        content = {"json": body} if body is not None else {}
        return self.http.request(method, path, **content, **options)

    def write(self, verb: str, **fields: Any) -> httpx.Response:
        return self.call("POST", f"/externalAccount/{verb}", fields)

    def open(self, way: str, **fields: Any) -> httpx.Response:
        return self.write(way, **HELIX_ACCOUNT | fields)

    def create(self, **fields: Any) -> httpx.Response:
        return self.open("create", **fields)

    def created(self, **fields: Any) -> int:
        return opened(self.create(**fields))

    def initiate(self, **fields: Any) -> httpx.Response:
        return self.open("initiate", **fields)

    def initiated(self, **fields: Any) -> int:
        return opened(self.initiate(**fields))

    def act(self, verb: str, account: int, customer: int = 1001, **fields: Any) -> httpx.Response:
        return self.write(verb, customerId=customer, externalAccountId=account, **fields)

    def verify(self, account: int, amount1: Any = 0.18, amount2: Any = 0.28) -> httpx.Response:
        return self.act("verify", account, amount1=amount1, amount2=amount2)

    def get(self, account: int, customer: int = 1001) -> dict[str, Any]:
        return self.call("GET", f"/externalAccount/get/{customer}/{account}").json()["data"]


def opened(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    return int(answer.json()["data"]["externalAccountId"])


@pytest.fixture
def helix(sandbox: RunningSandbox) -> Iterator[Accounts]:
    accounts = Accounts(sandbox)
    # Most tests make more than fifteen calls within one second of a clock that stands still.
    accounts.control.switch_program(throttled=False)
    yield accounts
    accounts.http.close()


@pytest.fixture
def fresh_helix() -> Iterator[Callable[[HelixConfig], Accounts]]:
    """A process of its own, at START, with other assumptions or settings than the defaults."""
    made: list[Accounts] = []

    def make(config: HelixConfig) -> Accounts:
        clock = ClockConfig(start=START, running=False)
        made.append(Accounts(SandboxThread(SandboxConfig(clock, helix=config)).start()))
        return made[-1]

    yield make
    for accounts in made:
        accounts.http.close()
        accounts.sandbox.stop()
