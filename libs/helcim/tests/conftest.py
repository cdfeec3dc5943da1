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
from bankrails_helcim.bodies import CanadianRouting, NewAddress, NewBankAccount, NewCustomer
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_helcim.mapping import AccountType, Holder
from bankrails_sandbox import ClockConfig, RunningSandbox, SandboxConfig, SandboxThread
from bankrails_vendor_http.client import open_client

ADMIN = MerchantAccess("maple-books", "maple-books-admin-token")
ADDRESS = NewAddress(
    name="Test Customer",
    street1="123 Test Street",
    city="Calgary",
    province="AB",
    country="CA",
    postal_code="H0H 0H0",
    email="payer@example.com",
)
ACCOUNT = NewBankAccount(
    routing=CanadianRouting(institution="123", transit="12345"),
    account_number="0123456789",
    account_type=AccountType.CHECKING,
    holder=Holder.PERSONAL,
    street="123 Test Street",
    city="Calgary",
    province="AB",
    postal_code="H0H 0H0",
    first_name="Test",
    last_name="Customer",
)


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
def sandbox() -> Iterator[RunningSandbox]:
    """Its clock stands on the day of the guide's payment sample, and moves only when a test moves it."""
    start = datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)
    with SandboxThread(SandboxConfig(clock=ClockConfig(start=start, running=False))) as process:
        yield process


@pytest.fixture
def admin() -> MerchantAccess:
    return ADMIN


@pytest.fixture
def address() -> NewAddress:
    return ADDRESS


@pytest.fixture
def account() -> NewBankAccount:
    return ACCOUNT


@pytest.fixture
def control(sandbox):
    sandbox.control.reset()
    return sandbox.control


@pytest.fixture
async def http(sandbox, control):
    async with open_client(sandbox.helcim_url, read_timeout_seconds=20) as http:
        yield http


@pytest.fixture
def quotas():
    return []


@pytest.fixture
def client(http, quotas):
    return HelcimClient(http, on_quota=lambda *left: quotas.append(left))


@pytest.fixture
async def payer(client):
    """A customer with one bank account, whose PAD nobody has accepted yet: (customer id, bank account id)."""
    customer = await client.create_customer(
        ADMIN, NewCustomer(customer_code="payer-1", contact_name="Test Customer", billing_address=ADDRESS)
    )
    return customer.id, await client.create_bank_account(ADMIN, customer.id, ACCOUNT)


@pytest.fixture
async def accepted(client, control, payer):
    (pad,) = await client.list_pads(ADMIN, payer[0])
    control.accept_pad(pad.id)
    return payer
