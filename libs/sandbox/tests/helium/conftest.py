"""Helium, in the process of the whole run or in one of a test's own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from bankrails_sandbox import ClockConfig, RunningSandbox, SandboxConfig, SandboxThread
from bankrails_sandbox.helium.lenders import HeliumConfig

START = datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)


class Logins:
    """A lender's integration with Helium: raw answers, no judgement."""

    def __init__(self, sandbox: RunningSandbox, api_key: str = "helium-sandbox-key") -> None:
        self.sandbox = sandbox
        self.control = sandbox.control.helium
        headers = {"authorization": f"Bearer {api_key}"}
        self.http = httpx.Client(base_url=sandbox.helium_url, headers=headers, timeout=20, verify=False)

    def start(self, login: str = "user_good", typed: str = "hunter-two", **fields: Any) -> httpx.Response:
        body = {"user_or_card": login, "password": typed} | fields
        return self.http.post("/rest/bank/authorization", json=body)

    def answer(self, session_id: str, response: str) -> httpx.Response:
        body = {"session_id": session_id, "challenge_response": response}
        return self.http.post("/rest/bank/authorization", json=body)

    def session(self, login: str = "user_good") -> str:
        return str(self.start(login).json()["session_id"])

    def read(self, what: str, session_id: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/rest/bank/{what}/{session_id}", params=query)


@pytest.fixture
def helium(sandbox: RunningSandbox) -> Iterator[Logins]:
    logins = Logins(sandbox)
    yield logins
    logins.http.close()


@pytest.fixture
def fresh_helium() -> Iterator[Callable[[HeliumConfig], Logins]]:
    """A process of its own, at START, with other assumptions than the defaults."""
    made: list[Logins] = []

    def make(config: HeliumConfig) -> Logins:
        clock = ClockConfig(start=START, running=False)
        made.append(Logins(SandboxThread(SandboxConfig(clock, helium=config)).start()))
        return made[-1]

    yield make
    for logins in made:
        logins.http.close()
        logins.sandbox.stop()
