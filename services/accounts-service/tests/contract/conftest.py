"""The client under test against the vendor's sandbox, and against a vendor that answers whatever a test says."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from accounts_service.vendor.client import HelixClient
from accounts_service.vendor.new_account import NewHelixAccount
from bankrails_sandbox import ClockConfig, SandboxConfig, SandboxProcess
from bankrails_vendor_http.client import open_client


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """Its clock stands: a second's quota is that of a whole test."""
    start = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    with SandboxProcess(SandboxConfig(clock=ClockConfig(start=start, running=False))) as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    sandbox_process.control.helix.reset()
    return sandbox_process


@pytest.fixture
async def helix(sandbox: SandboxProcess) -> AsyncIterator[HelixClient]:
    async with open_client(sandbox.helix_url, read_timeout_seconds=10) as http:
        yield HelixClient(http, api_key="example1", api_secret="example1")


@pytest.fixture
def a_new_account() -> Callable[..., NewHelixAccount]:
    def build(**fields: Any) -> NewHelixAccount:
        made: dict[str, Any] = {
            "customer_id": 1001,
            "account_number": "000123456789",
            "routing_number": "121042882",
            "type": "Checking",
            "tag": "bankrails-1",
            "first_name": "Ada",
            "last_name": "Lovelace",
        }
        return NewHelixAccount(**(made | fields))

    return build


@dataclass
class ScriptedVendor:
    """Answers in turn, the last answer for ever, and keeps what it was asked."""

    client: HelixClient
    asked: list[httpx2.Request]


@pytest.fixture
def vendor() -> Callable[..., ScriptedVendor]:
    """`vendor(answer, …)`: a Response, or an exception."""

    def build(*answers: Any) -> ScriptedVendor:
        asked: list[httpx2.Request] = []

        def handle(request: httpx2.Request) -> httpx2.Response:
            answer = answers[min(len(asked), len(answers) - 1)]
            asked.append(request)
            if isinstance(answer, Exception):
                raise answer
            assert isinstance(answer, httpx2.Response)
            return answer

        http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle), base_url="https://helix.example")
        return ScriptedVendor(HelixClient(http, api_key="key", api_secret="secret"), asked)

    return build
