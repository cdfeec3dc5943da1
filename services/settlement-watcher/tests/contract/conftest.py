"""A sandbox with a clock that stands, a Canadian and an American payer there, and the service's bench beside it."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.money import Currency
from bankrails_helcim.bodies import CanadianRouting, NewAddress, NewBankAccount, NewCustomer, UsRouting, withdraw_body
from bankrails_helcim.connections import HelcimConnections, connect
from bankrails_helcim.mapping import AccountType, Holder
from bankrails_helcim.merchants_file import MerchantsFile
from bankrails_sandbox import ClockConfig, ControlClient, SandboxConfig, SandboxProcess
from bankrails_vendor_http.budget import Quota

MERCHANTS_FILE = MerchantsFile.model_validate(
    {
        "merchants": [
            {
                "id": name,
                "country": country,
                "currency": currency,
                "time_zone": zone,
                "tokens": {"general": f"{name}-admin-token", "withdraw": f"{name}-withdraw-only-token"},
            }
            for name, country, currency, zone in (
                ("maple-books", "CA", "CAD", "America/Toronto"),
                ("liberty-books", "US", "USD", "America/New_York"),
            )
        ]
    }
)


@pytest.fixture
def sandbox(noon: Any) -> Iterator[SandboxProcess]:
    """One for each test: its clock goes forward alone."""
    with SandboxProcess(SandboxConfig(clock=ClockConfig(start=noon, running=False))) as process:
        yield process


@pytest.fixture
def control(sandbox: SandboxProcess) -> ControlClient:
    return sandbox.control


@pytest.fixture
def clock(noon: Any) -> ManualClock:
    return ManualClock(noon)


@pytest.fixture
async def helcim(sandbox: SandboxProcess, clock: ManualClock) -> AsyncIterator[HelcimConnections]:
    entries = {entry.id: entry for entry in MERCHANTS_FILE.merchants}
    async with AsyncExitStack() as stack:
        yield await connect(stack, sandbox.helcim_url, entries, Quota(5, 100, 3_000), 1.0, clock)


class Payer:
    """A customer with one bank account and an accepted agreement."""

    def __init__(self, helcim: HelcimConnections, merchant_id: str, control: ControlClient) -> None:
        self._client = helcim.clients[merchant_id]
        self._general = helcim.general[merchant_id]
        self._processing = helcim.processing[merchant_id]
        self._control = control
        self._canadian = merchant_id == "maple-books"

    async def register(self, *, accepted: bool = True) -> None:
        country: Any = "CA" if self._canadian else "US"
        address = NewAddress(
            name="Ada Lovelace",
            street1="1 Main Street",
            city="Calgary",
            province="AB" if self._canadian else "NY",
            country=country,
            postal_code="T1T 1T1" if self._canadian else "10001",
            email="ada@example.com",
        )
        customer = await self._client.create_customer(
            self._general,
            NewCustomer(customer_code=secrets.token_hex(8), contact_name="Ada", billing_address=address),
        )
        routing = CanadianRouting(institution="001", transit="12345")
        account = NewBankAccount(
            routing=routing if self._canadian else UsRouting(routing="121042882"),
            account_number="012345678",
            account_type=AccountType.CHECKING,
            holder=Holder.PERSONAL,
            street="1 Main Street",
            city="Calgary",
            province=address.province,
            postal_code=address.postal_code,
            first_name="Ada",
            last_name="Lovelace",
        )
        self.customer_id = customer.id
        self.bank_account_id = await self._client.create_bank_account(self._general, customer.id, account)
        if accepted:
            await self.accept()

    async def accept(self) -> None:
        (pad,) = await self._client.list_pads(self._general, self.customer_id)
        self._control.accept_pad(pad.id)

    async def debit(self, amount_minor: int) -> str:
        """The vendor's id of a new debit."""
        body = withdraw_body(
            customer_id=self.customer_id,
            bank_account_id=self.bank_account_id,
            amount_minor=amount_minor,
            currency=Currency.CAD if self._canadian else Currency.USD,
        )
        made = await self._client.withdraw(self._processing, body, idempotency_key=secrets.token_hex(13)[:25])
        return str(made.id)


@pytest.fixture
async def canadian(helcim: HelcimConnections, control: ControlClient) -> Payer:
    payer = Payer(helcim, "maple-books", control)
    await payer.register()
    return payer


@pytest.fixture
async def american(helcim: HelcimConnections, control: ControlClient) -> Payer:
    payer = Payer(helcim, "liberty-books", control)
    await payer.register()
    return payer


@pytest.fixture
async def bench(a_bench: Callable[..., Any], helcim: HelcimConnections, clock: ManualClock) -> AsyncIterator[Any]:
    """Running, its sweeps standing."""
    made = a_bench(helcim, clock)
    async with made.engine:
        await made.stand()
        yield made
