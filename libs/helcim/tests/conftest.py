"""The vendor's own samples, a vendor that answers with them, and the client under test."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_sandbox import ClockConfig, SandboxConfig, SandboxProcess


@dataclass(frozen=True)
class Sample:
    """One answer as the vendor prints it; `body` None is an answer without a body."""

    source: str
    status: int
    body: Any = None

    @property
    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()


@cache
def all_samples() -> dict[str, Sample]:
    text = Path(__file__).with_name("helcim_samples.json").read_text(encoding="utf-8")
    return {name: Sample(**given) for name, given in json.loads(text).items()}


@pytest.fixture
def samples() -> dict[str, Sample]:
    return all_samples()


@pytest.fixture
def access() -> MerchantAccess:
    return MerchantAccess("maple", "maple-secret-token-9876")


@dataclass
class ScriptedVendor:
    """Answers in turn, the last answer for ever, and keeps what it was asked."""

    client: HelcimClient
    asked: list[httpx2.Request]
    quotas: list[tuple[str, int | None, int | None]]


@pytest.fixture
def vendor() -> Callable[..., ScriptedVendor]:
    """`vendor(answer, …)`: a Sample, a Response, an exception, or a function of the request that gives one of them."""

    def build(*answers: Any, **options: Any) -> ScriptedVendor:
        asked: list[httpx2.Request] = []

        def handle(request: httpx2.Request) -> httpx2.Response:
            answer = answers[min(len(asked), len(answers) - 1)]
            asked.append(request)
            if callable(answer):
                answer = answer(request)
            if isinstance(answer, Exception):
                raise answer
            return httpx2.Response(answer.status, content=answer.content) if isinstance(answer, Sample) else answer

        quotas: list[tuple[str, int | None, int | None]] = []
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle), base_url="https://helcim.example/v2")
        return ScriptedVendor(HelcimClient(http, on_quota=lambda *left: quotas.append(left), **options), asked, quotas)

    return build


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    """Its clock stands on the day of the guide's payment sample, and moves only when a test moves it."""
    start = datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)
    with SandboxProcess(SandboxConfig(clock=ClockConfig(start=start, running=False))) as process:
        yield process
