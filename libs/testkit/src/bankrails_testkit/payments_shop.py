"""payments-service's own decisions on a real store, calling the payment vendor's sandbox; both clocks stand until moved.

Account numbers are "sealed" and "encrypted" so that a test can read them.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bankrails_clock import ManualClock
from bankrails_contracts.message import Command, Service
from bankrails_contracts.parts import CanadianAccount
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.client import HelcimClient
from bankrails_messaging.holds import Holds
from bankrails_messaging.store import Recheck, Store
from bankrails_sandbox import ClockConfig, ControlClient, SandboxConfig
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_sandbox.helcim.merchants import HelcimConfig
from bankrails_sandbox.thread import SandboxThread
from bankrails_vendor_http.client import open_client
from payments_service import wiring
from payments_service.domain.bank_account import BankAccount, OpenedNumber
from payments_service.domain.payer import Payer
from payments_service.store.pauses import follow
from payments_service.store.repositories import BANK_ACCOUNTS, MANDATES, PAYERS, REPOSITORIES, SqlReads
from payments_service.vendor.calls import helcim_calls
from payments_service.vendor.helcim import Helcim

from bankrails_testkit import commands
from bankrails_testkit.engine import START, Engine, Published
from bankrails_testkit.snapshots import MERCHANTS

TOKEN = MerchantAccess("maple-books", "maple-books-admin-token")
ASKED = {
    "create-customer": ("POST", "/customers"),
    "list-bank-accounts": ("GET", "/bank-accounts"),
    "delete-bank-account": ("DELETE", "/{bank_account_id}"),
    "list-pads": ("GET", "/pads"),
    "update-pad": ("PUT", "/{pad_id}"),
    "withdraw": ("PUT", "/withdraw"),
}
JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.{}.dGFn"

OpenStore = Callable[[dict[str, Recheck]], Store]


def sealed(number: str) -> str:
    return JWE.format(number)


def opened(text: str) -> OpenedNumber:
    number = text.split(".")[3]
    return OpenedNumber(f"at rest {number}", number[-4:], len(number), f"print of {number}")


def resealed(encrypted: str) -> str:
    return sealed(encrypted.removeprefix("at rest "))


def canadian_account(number: str) -> CanadianAccount:
    return CanadianAccount(
        country="CA", institution_number="003", transit_number="10202", account_number=sealed(number)
    )


def every_right(merchant_id: str, right: object) -> None:
    return None


@dataclass
class PaymentsShop:
    engine: Engine
    store: Store
    control: ControlClient
    client: HelcimClient

    async def ask(self, command: Command, *names: str) -> list[Published]:
        """Sent; back when each of these events answers it, or anything at all does."""
        (sent,) = await self.engine.send(command)
        for name in names:

            def answered(wanted: str = name) -> bool:
                return any(each.name == wanted for each in self.engine.answers(sent))

            await self.engine.until(answered, f"{name} for {type(command).__name__}")
        await self.engine.until(lambda: self.engine.answers(sent), f"an answer to {type(command).__name__}")
        await self.engine.idle()
        return self.engine.answers(sent)

    async def pass_by(self, time: timedelta) -> None:
        self.control.jump(seconds=time.total_seconds())
        self.engine.clock.advance(time)
        await self.engine.idle()

    async def until(self, name: str, times: int = 1) -> Published:
        await self.engine.until(lambda: self.names.count(name) >= times, name)
        await self.engine.idle()
        return next(each for each in reversed(self.engine.published) if each.name == name)

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.engine.published]

    async def payer(self, **fields: Any) -> Payer:
        await self.ask(commands.register_payer(**{"payer_id": "payer"} | fields), "payer-registered")
        registered: Payer = await self.one(PAYERS, fields.get("payer_id", "payer"))
        return registered

    async def account(self, id: str = "account", **fields: Any) -> BankAccount:
        command = commands.register_bank_account("payer", sealed("1234567"), bank_account_id=id, **fields)
        await self.ask(command, "bank-account-registered")
        registered: BankAccount = await self.one(BANK_ACCOUNTS, id)
        return registered

    async def mandate(self, id: str = "mandate", account: str = "account", **fields: Any) -> int:
        """The vendor's id."""
        await self.ask(commands.request_mandate(account, mandate_id=id, **fields), "mandate-requested")
        found = await self.one(MANDATES, id)
        return int(found.vendor_mandate_id)

    async def one(self, repository: Any, id: str) -> Any:
        return (await self.store.read(lambda connection: repository.get_many(connection, [id])))[id]

    def calls(self, operation: str) -> int:
        method, ending = ASKED[operation]
        made = self.control.calls().calls
        return sum(each.count for each in made if each.method == method and each.path.endswith(ending))


def payments_engine(open_store: OpenStore, client: HelcimClient, clock: ManualClock, **settings: Any) -> Engine:
    """The service's own parts, its database opened."""
    store = open_store(wiring.rechecks(clock))

    async def load(bank_account_id: str) -> tuple[BankAccount, Payer]:
        account = (await store.read(lambda c: BANK_ACCOUNTS.get_many(c, [bank_account_id])))[bank_account_id]
        return account, (await store.read(lambda c: PAYERS.get_many(c, [account.payer_id])))[account.payer_id]

    helcim = Helcim(
        lambda merchant_id: client,
        clock,
        general=lambda merchant_id: TOKEN,
        processing=lambda merchant_id: TOKEN,
        refunding=lambda merchant_id: TOKEN,
        load_account=load,
        decrypt=lambda account: account.account_number_encrypted.removeprefix("at rest "),
    )
    holds = Holds()
    return Engine(
        store,
        service=Service.PAYMENTS,
        handlings=wiring.handlings(MERCHANTS, opened, resealed, every_right, clock.now),
        answerings=wiring.answerings(resealed, every_right),
        calls=helcim_calls(helcim),
        repositories=REPOSITORIES,
        reads=SqlReads,
        clock=clock,
        holds=holds,
        saved=follow(holds),
        **settings,
    )


@asynccontextmanager
async def payments_shop(open_store: OpenStore, assumptions: Assumptions) -> AsyncIterator[PaymentsShop]:
    clock = ManualClock(START)
    config = SandboxConfig(clock=ClockConfig(start=START, running=False), helcim=HelcimConfig(assumptions=assumptions))
    with SandboxThread(config) as sandbox:
        async with open_client(sandbox.helcim_url, read_timeout_seconds=5) as http:
            client = HelcimClient(http)
            async with payments_engine(open_store, client, clock) as engine:
                yield PaymentsShop(engine, engine.store, sandbox.control, client)
