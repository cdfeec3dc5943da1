"""MX, in the process of the whole run or in one of a test's own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from bankrails_sandbox import ClockConfig, RunningSandbox, SandboxConfig, SandboxThread
from bankrails_sandbox.mx.clients import MxConfig

START = datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)
MICRODEPOSIT = {
    "account_number": "3333000011",
    "account_type": "CHECKING",
    "routing_number": "091000019",
    "first_name": "Ada",
    "last_name": "Example",
    "email": "ada@example.com",
    "account_name": "Checking ...0011",
}
TWO_MINUTES = 130


class Platform:
    """A client of MX's Platform API, with one user: raw answers, no judgement."""

    def __init__(self, sandbox: RunningSandbox, client: str = "sandbox", version: str = "v20250224") -> None:
        self.sandbox = sandbox
        self.control = sandbox.control.mx
        older = {"accept": "application/vnd.mx.api.v1+json"}
        headers = older if version == "v20111101" else {"accept": "application/json", "accept-version": version}
        auth = (f"mx-{client}-client", f"mx-{client}-key")
        self.http = httpx.Client(base_url=sandbox.mx_url, auth=auth, headers=headers, timeout=20, verify=False)
        self.user = ""

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        content = {"json": body} if body is not None else {}
        return self.http.request(method, path, **content, **options)

    def create(
        self, typed: str = "any", login: str = "mxuser", *, bank: str = "mxbank", top: Any = None, **fields: Any
    ) -> httpx.Response:
        """A member of the user, who is made with the first."""
        if not self.user:
            self.user = "/users/" + self.call("POST", "/users", {"user": {"metadata": "m"}}).json()["user"]["guid"]
        body = {"institution_code": bank, "credentials": self.credentials(login, typed, bank)} | fields
        return self.call("POST", f"{self.user}/members", {"member": body} | (top or {}))

    def credentials(self, login: str, password: str, bank: str = "mxbank") -> list[dict[str, str]]:
        form = self.call("GET", f"/institutions/{bank}/credentials").json()["credentials"]
        return [{"guid": field["guid"], "value": value} for field, value in zip(form, (login, password), strict=True)]

    def member(self, typed: str = "any", **fields: Any) -> str:
        """The path of a new one."""
        answer = self.create(typed, **fields)
        assert answer.status_code in (200, 202), answer.text
        return f"{self.user}/members/{answer.json()['member']['guid']}"

    def settle(self, seconds: float = 10) -> None:
        """Long enough for any job that is not asked anything."""
        self.sandbox.control.advance(seconds=seconds)

    def status(self, member: str) -> dict[str, Any]:
        return self.call("GET", f"{member}/status").json()["member"]

    def resume(self, member: str, answer: str) -> httpx.Response:
        asked = self.status(member).get("challenges", [{"guid": "CRD-none"}])
        challenges = [{"guid": challenge["guid"], "value": answer} for challenge in asked]
        return self.call("PUT", f"{member}/resume", {"member": {"challenges": challenges}})


@pytest.fixture
def mx(sandbox: RunningSandbox) -> Iterator[Platform]:
    platform = Platform(sandbox)
    yield platform
    platform.http.close()


@pytest.fixture
def open_mx(sandbox: RunningSandbox) -> Iterator[Callable[..., Platform]]:
    made: list[Platform] = []

    def open_with(**how: str) -> Platform:
        made.append(Platform(sandbox, **how))
        return made[-1]

    yield open_with
    for platform in made:
        platform.http.close()


@pytest.fixture
def fresh_mx() -> Iterator[Callable[[MxConfig], Platform]]:
    """A process of its own, at START, with other assumptions than the defaults."""
    made: list[Platform] = []

    def make(config: MxConfig) -> Platform:
        clock = ClockConfig(start=START, running=False)
        made.append(Platform(SandboxThread(SandboxConfig(clock, mx=config)).start()))
        return made[-1]

    yield make
    for platform in made:
        platform.http.close()
        platform.sandbox.stop()


class Deposits:
    def __init__(self, mx: Platform) -> None:
        self.mx, self.control = mx, mx.control
        self.user = "/users/" + mx.call("POST", "/users", {"user": {"metadata": "m"}}).json()["user"]["guid"]

    def create(self, **fields: Any) -> httpx.Response:
        given = {name: value for name, value in (MICRODEPOSIT | fields).items() if value is not None}
        return self.mx.call("POST", f"{self.user}/micro_deposits", {"micro_deposit": given})

    def created(self, **fields: Any) -> str:
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["micro_deposit"]["guid"]

    def deposited(self, **fields: Any) -> str:
        guid = self.created(**fields)
        self.mx.sandbox.control.advance(seconds=TWO_MINUTES)
        return guid

    def get(self, guid: str) -> httpx.Response:
        return self.mx.call("GET", f"{self.user}/micro_deposits/{guid}")

    def status(self, guid: str) -> str:
        return self.get(guid).json()["micro_deposit"]["status"]

    def verify(self, guid: str, first: Any = 0.09, second: Any = 0.09) -> httpx.Response:
        body = {"micro_deposit": {"deposit_amount_1": first, "deposit_amount_2": second}}
        return self.mx.call("PUT", f"/micro_deposits/{guid}/verify", body)

    def told(self, guid: str, first: float, second: float) -> str:
        return self.verify(guid, first, second).json()["micro_deposit"]["status"]


@pytest.fixture
def deposits_of() -> Callable[[Platform], Deposits]:
    """With a user of its own."""
    return Deposits


@pytest.fixture
def deposits(mx: Platform) -> Deposits:
    return Deposits(mx)


@pytest.fixture
def details() -> dict[str, str]:
    return dict(MICRODEPOSIT)
