"""One sandbox process for the whole run, reset before each test, its clock frozen so that every instant is exact."""

import dataclasses
import itertools
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from bankrails_sandbox import (
    CANADIAN_MERCHANT,
    ClockConfig,
    ControlClient,
    HelcimConfig,
    RunningSandbox,
    SandboxConfig,
    SandboxProcess,
    SandboxThread,
)

# 16:51:38 in Mountain Time: when the bank account of the vendor's printed sample was made.
START = datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)

ADDRESS = {
    "name": "Test Customer",
    "street1": "123 Test Street",
    "city": "Calgary",
    "province": "AB",
    "country": "CAN",
    "postalCode": "H0H 0H0",
    "email": "payer@example.com",
}
# Loading the certificate authorities takes longer than a test, and nothing here speaks TLS.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OWNER = {
    "accountCorporate": 1,
    "accountType": 1,
    "city": "Calgary",
    "postalCode": "H0H 0H0",
    "streetAddress": "123 Test Street",
    "firstName": "Test",
    "lastName": "Customer",
}
CANADIAN_ACCOUNT = OWNER | {
    "bankAccountNumber": "0123456789",
    "bankFinancialNumber": "123",
    "bankTransitNumber": "12345",
    "countryAlpha2": "CA",
    "provinceAlpha2": "AB",
}
AMERICAN_ACCOUNT = OWNER | {
    "bankAccountNumber": "0123456789",
    "bankRoutingNumber": "021000021",
    "countryAlpha2": "US",
    "provinceAlpha2": "NY",
}


class Shop:
    """A merchant's integration in as few words as a test wants: raw answers, no judgement."""

    def __init__(self, sandbox: RunningSandbox, token: str) -> None:
        self.sandbox = sandbox
        self.control: ControlClient = sandbox.control
        headers = {"api-token": token}
        self.http = httpx.Client(base_url=sandbox.helcim_url, headers=headers, timeout=20, verify=NO_TLS)
        self.canadian = token.startswith("maple")
        self._keys = (f"key-{number:021}" for number in itertools.count())

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = {"json": body} if body is not None else {}
        return self.http.request(method, path, headers=headers, **content)

    def key(self) -> str:
        return next(self._keys)

    def customer(self, **fields: Any) -> int:
        body = {"contactName": "Test Customer", "billingAddress": ADDRESS} | fields
        return int(self.call("POST", "/customers", body).json()["id"])

    def account(self, customer: int, **fields: Any) -> int:
        body = (CANADIAN_ACCOUNT if self.canadian else AMERICAN_ACCOUNT) | fields
        answer = self.call("POST", f"/customers/{customer}/bank-accounts", body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["bankAccount"]["id"])

    def pads(self, customer: int) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/customers/{customer}/pads")
        return answer.json()["pads"] if answer.status_code == 200 else []

    def payer(self, *, accepted: bool = True) -> dict[str, Any]:
        """The body of a withdraw of 49.95 for a new customer, whose PAD is accepted or not."""
        customer = self.customer()
        account = self.account(customer)
        if accepted:
            self.control.accept_pad(self.pads(customer)[-1]["id"])
        currency = 1 if self.canadian else 2
        return {"bankAccountId": account, "customerId": customer, "amount": 49.95, "currencyId": currency}

    def withdraw(self, body: Any, key: str | None = None) -> httpx.Response:
        return self.call("PUT", "/ach/withdraw", body, **{"idempotency-key": key or self.key()})

    def transaction(self, id: int) -> dict[str, Any]:
        return self.call("GET", f"/ach/transactions/{id}").json()["transaction"]

    def debits(self) -> int:
        return len(self.control.effects(kind="withdraw"))


def frozen(helcim: HelcimConfig | None = None) -> SandboxConfig:
    return SandboxConfig(ClockConfig(start=START, running=False), helcim or HelcimConfig())


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(frozen()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> SandboxProcess:
    shared_sandbox.control.reset()
    return shared_sandbox


@pytest.fixture
def control(sandbox: SandboxProcess) -> ControlClient:
    return sandbox.control


@pytest.fixture
def open_shop(sandbox: SandboxProcess) -> Iterator[Callable[[str], Shop]]:
    shops: list[Shop] = []

    def open_with(token: str) -> Shop:
        shops.append(Shop(sandbox, token))
        return shops[-1]

    yield open_with
    for shop in shops:
        shop.http.close()


@pytest.fixture
def shop(open_shop: Callable[[str], Shop]) -> Shop:
    return open_shop("maple-books-admin-token")


@pytest.fixture
def american_shop(open_shop: Callable[[str], Shop]) -> Shop:
    return open_shop("liberty-books-admin-token")


@pytest.fixture
def canadian_account() -> dict[str, Any]:
    return dict(CANADIAN_ACCOUNT)


@pytest.fixture
def american_account() -> dict[str, Any]:
    return dict(AMERICAN_ACCOUNT)


@pytest.fixture
def address() -> dict[str, Any]:
    return dict(ADDRESS)


@pytest.fixture
def fresh_shop() -> Iterator[Callable[..., Shop]]:
    """A sandbox of its own, at START, with other assumptions or settings than the defaults."""
    opened: list[Shop] = []

    def open_fresh(helcim: HelcimConfig | None = None, **merchant: Any) -> Shop:
        config = helcim or HelcimConfig()
        if merchant:
            config = dataclasses.replace(config, merchants=(dataclasses.replace(CANADIAN_MERCHANT, **merchant),))
        opened.append(Shop(SandboxThread(frozen(config)).start(), "maple-books-admin-token"))
        return opened[-1]

    yield open_fresh
    for shop in opened:
        shop.http.close()
        shop.sandbox.stop()
