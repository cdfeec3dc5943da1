"""The service's own parts on a real store, against the vendors' sandboxes over HTTP, on a clock that both read."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from auth_service.domain.vendors import HELIUM, MX
from auth_service.vendor.helium.login import HeliumLogin
from auth_service.vendor.mx.client import CALL_DEADLINE_SECONDS, MxClient
from auth_service.vendor.mx.login import MxLogin
from bankrails_contracts.auth import StartAuthentication
from bankrails_sandbox import ClockConfig, SandboxConfig, SandboxProcess
from bankrails_sealing import SealingKeys, preferred_key, seal
from bankrails_service.sealed import open_sealed
from bankrails_testkit.engine import Engine, Published
from bankrails_vendor_http.budget import Quota
from bankrails_vendor_http.client import open_client

KEY, CLIENT_ID, MX_KEY = "helium-sandbox-key", "mx-sandbox-client", "mx-sandbox-key"


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """Its clock moves only when a test moves it."""
    start = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    with SandboxProcess(SandboxConfig(clock=ClockConfig(start=start, running=False))) as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    sandbox_process.control.reset()
    return sandbox_process


@dataclass
class Bench:
    """Commands in, events out; and the keys of this service and of accounts-service."""

    engine: Engine
    sandbox: SandboxProcess
    own: SealingKeys
    accounts: SealingKeys
    database: Path
    started: int = 0
    heard: Counter[str] = field(default_factory=Counter)

    def sealed(self, fields: dict[str, str]) -> list[dict[str, str]]:
        key = preferred_key(self.own.jwks())
        return [{"field": name, "value": seal(value, key)} for name, value in fields.items()]

    def a_start(self, country: str, username: str, password: str | None = None, **fields: Any) -> StartAuthentication:
        self.started += 1
        institution = "helium_test" if country == "CA" else "mxbank"
        made = {
            "connection_id": f"connection-{self.started}",
            "user_id": "user-1",
            "country": country,
            "institution": institution,
            "credentials": self.sealed({"username": username, "password": password or "any other"}),
        }
        return StartAuthentication.model_validate(made | fields)

    async def pass_time(self, seconds: int) -> None:
        """For the vendor and for us, second by second, letting each do what is due."""
        for _ in range(seconds):
            await self.skip(1)

    async def skip(self, seconds: int) -> None:
        """All of it at once."""
        self.sandbox.control.jump(seconds=seconds)
        self.engine.clock.advance(timedelta(seconds=seconds))
        await self.quiet()

    async def quiet(self) -> None:
        await self.engine.until(lambda: self.engine.pool.idle and self.engine.dispatcher.idle, "rest")
        await self.engine.idle()

    async def through(self, name: str, seconds: int = 60) -> Published:
        """The next event of that name; time passes until it is told."""
        await self.quiet()
        for _ in range(seconds):
            if self._told(name):
                break
            await self.skip(1)
        told = self._told(name)
        assert told, f"{name} was not told; told were {self.names}"
        self.heard[name] += 1
        return told[0]

    def _told(self, name: str) -> list[Published]:
        return [item for item in self.engine.published if item.name == name][self.heard[name] :]

    @property
    def names(self) -> list[str]:
        return [item.name for item in self.engine.published]


@pytest.fixture
def mx_patience_seconds() -> float:
    """How long an answer of MX is waited for."""
    return CALL_DEADLINE_SECONDS


@pytest.fixture
async def bench(
    sandbox: SandboxProcess,
    database: Path,
    tmp_path: Path,
    open_engine: Callable[..., Engine],
    mx_patience_seconds: float,
) -> AsyncIterator[Bench]:
    for name in ("auth.json", "accounts.json"):
        SealingKeys.generate(tmp_path / name)
    own, accounts = SealingKeys.load(tmp_path / "auth.json"), SealingKeys.load(tmp_path / "accounts.json")

    async def seal_to_accounts(number: str) -> str:
        return seal(number, preferred_key(accounts.jwks()))

    async with (
        open_client(sandbox.helium_url, read_timeout_seconds=10) as helium_http,
        open_client(sandbox.mx_url, read_timeout_seconds=10) as mx_http,
    ):
        helium = HeliumLogin(helium_http, KEY)
        mx = MxLogin(MxClient(mx_http, CLIENT_ID, MX_KEY, deadline_seconds=mx_patience_seconds))

        def opened(jwe: str) -> Any:
            return open_sealed(own, jwe)

        vendors = {HELIUM.vendor: helium, MX.vendor: mx}
        quota = Quota(20, 10_000, 100_000)
        engine = open_engine(vendors, opened, seal_to_accounts=seal_to_accounts, quota=quota)
        engine.clock.set(sandbox.control.clock().now)
        async with engine:
            yield Bench(engine, sandbox, own, accounts, database)
