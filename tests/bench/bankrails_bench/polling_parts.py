"""The watcher on a clock held by hand, and one payer at the sandbox whose debits it follows."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bankrails_clock import ManualClock
from bankrails_contracts.message import Event, Service
from bankrails_contracts.money import Currency
from bankrails_contracts.settlement import CommandParked, CommandRefused
from bankrails_helcim.bodies import CanadianRouting, NewAddress, NewBankAccount, NewCustomer, withdraw_body
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.connections import HelcimConnections
from bankrails_helcim.mapping import AccountType, Holder
from bankrails_helcim.merchants_file import MerchantEntry, MerchantsFile
from bankrails_messaging.calls import Answer, Payload, ReadCall
from bankrails_messaging.rows import to_micros
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.work_row import WorkRow
from bankrails_sandbox import ControlClient
from bankrails_testkit.engine import Engine
from bankrails_testkit.stores import migrated
from bankrails_vendor_http.budget import Quota
from settlement_watcher import wiring
from settlement_watcher.domain.looks import BEFORE_THE_CLOSE
from settlement_watcher.domain.watched_payment import OPEN
from settlement_watcher.handlers import record_sweep
from settlement_watcher.handlers.look_after_mandate import LOOK
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.main import SCHEMA
from settlement_watcher.store.repositories import PAYMENTS, REPOSITORIES, SqlReads
from sqlalchemy import Connection, func, select

MERCHANT = "maple-books"
QUOTA = Quota(5, 100, 3_000)
"""Helcim's own (devdocs.helcim.com, API rate limits)."""
EVENTS_AT_ONCE = 500
DEBITS_AT_ONCE = 20
REST_SECONDS = 120.0
"""Twenty pages of payments that have all changed, on a machine that is busy with much else."""
LOOKS = (record_sweep.SWEEP, LOOK)
SAID = ("payment_id", "vendor_payment_id", "auth", "clearing", "vendor_batch_id", "batch_closed")


def merchant_entries() -> dict[str, MerchantEntry]:
    made = {
        "id": MERCHANT,
        "country": "CA",
        "currency": "CAD",
        "time_zone": "America/Toronto",
        "tokens": {"general": f"{MERCHANT}-admin-token", "withdraw": f"{MERCHANT}-withdraw-only-token"},
    }
    return {entry.id: entry for entry in MerchantsFile.model_validate({"merchants": [made]}).merchants}


class Payer:
    """A customer with one bank account and an accepted agreement."""

    def __init__(self, helcim: HelcimConnections, control: ControlClient) -> None:
        self._client = helcim.clients[MERCHANT]
        self._general = helcim.general[MERCHANT]
        self._processing = helcim.processing[MERCHANT]
        self._control = control

    async def register(self) -> None:
        address = NewAddress(
            name="Ada Lovelace",
            street1="1 Main Street",
            city="Calgary",
            province="AB",
            country="CA",
            postal_code="T1T 1T1",
            email="ada@example.com",
        )
        customer = await self._client.create_customer(
            self._general, NewCustomer(customer_code="polling", contact_name="Ada", billing_address=address)
        )
        account = NewBankAccount(
            routing=CanadianRouting(institution="001", transit="12345"),
            account_number="012345678",
            account_type=AccountType.CHECKING,
            holder=Holder.PERSONAL,
            street="1 Main Street",
            city="Calgary",
            province="AB",
            postal_code="T1T 1T1",
            first_name="Ada",
            last_name="Lovelace",
        )
        self._customer_id = customer.id
        self._bank_account_id = await self._client.create_bank_account(self._general, customer.id, account)
        (pad,) = await self._client.list_pads(self._general, customer.id)
        self._control.accept_pad(pad.id)

    async def debits(self, number: int) -> list[str]:
        """The vendor's ids. The limits rest meanwhile: making payments is not what is measured."""
        self._control.switch_merchant(MERCHANT, rate_limited=False)
        ids: list[str] = []
        for start in range(0, number, DEBITS_AT_ONCE):
            some = range(start, min(number, start + DEBITS_AT_ONCE))
            ids += await asyncio.gather(*(self._debit(1_000 + n % 5_000) for n in some))
        self._control.switch_merchant(MERCHANT, rate_limited=True)
        return ids

    async def _debit(self, amount_minor: int) -> str:
        body = withdraw_body(
            customer_id=self._customer_id,
            bank_account_id=self._bank_account_id,
            amount_minor=amount_minor,
            currency=Currency.CAD,
        )
        made = await self._client.withdraw(self._processing, body, idempotency_key=secrets.token_hex(13)[:25])
        return str(made.id)


class Counted(ReadCall):
    """A look of the watcher's, and what it would have cost to ask for each payment by itself instead."""

    def __init__(self, call: ReadCall, store: SqliteStore, clock: ManualClock) -> None:
        self.kind = call.kind  # type: ignore[misc]  # one class for both kinds of look
        self.deadline_seconds = call.deadline_seconds  # type: ignore[misc]  # as above
        self.looks = self.one_by_one = 0
        self.sent_at: list[datetime] = []
        self._call = call
        self._store = store
        self._clock = clock

    async def send(self, payload: Payload) -> Answer:
        now = self._clock.now()
        begins = "cursor" not in payload
        followed = await self._store.read(_followed) if begins else {}
        answer = await self._call.send(payload)
        self.sent_at.append(now)
        if begins:
            self.looks += 1
            banks_too = answer["cursor"]["banks_at"] == now.isoformat()
            self.one_by_one += sum(
                number for state, number in followed.items() if banks_too or state in BEFORE_THE_CLOSE
            )
        return answer


def _followed(connection: Connection) -> dict[str, int]:
    table = PAYMENTS.table
    counted = select(table.c.state, func.count().label("number")).where(table.c.state.in_(OPEN)).group_by(table.c.state)
    return {row.state: row.number for row in connection.execute(counted)}


class Watcher:
    """settlement-watcher's own parts on an engine: a real store and the real budget, on a clock that stands."""

    def __init__(self, folder: Path, helcim: HelcimConnections, clock: ManualClock) -> None:
        self.clock = clock
        self.doubled = 0
        """Events that said the same of a payment as one before."""
        self.told_at: dict[tuple[str, str], datetime] = {}
        """(vendor's id, its word) → when an event first said so."""
        self._said: set[tuple[Any, ...]] = set()
        merchants = Merchants(helcim.merchants)
        self._store = SqliteStore(migrated(SCHEMA, folder / "settlement.db"), {})
        calls = wiring.calls(helcim, merchants, self._store, clock)
        self._counted = [
            Counted(call, self._store, clock) for call in calls if call.kind in LOOKS and isinstance(call, ReadCall)
        ]
        self._engine = Engine(
            self._store,
            handlings=wiring.handlings(merchants),
            answerings=wiring.answerings(merchants),
            calls=[*self._counted, *(call for call in calls if call.kind not in LOOKS)],
            clock=clock,
            service=Service.SETTLEMENT,
            repositories=REPOSITORIES,
            reads=SqlReads,
            refused=CommandRefused,
            parked=CommandParked,
        )
        self._engine.budget = helcim.budgets[helcim_budget(MERCHANT)]
        self._standing = record_sweep.standing(merchants)
        self._stack = AsyncExitStack()
        self._read = 0

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._engine)
        rows = [
            WorkRow(
                id=f"{item.kind}-{item.key}",
                key=item.key,
                kind=item.kind,
                payload=item.payload,
                budget=item.budget,
                lane=int(item.lane),
                causation_id=item.key,
                correlation_id=item.key,
                due_at=to_micros(self.clock.now()),
            )
            for item in self._standing
        ]
        await self._engine.work(*rows)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def looks(self) -> int:
        return sum(item.looks for item in self._counted)

    @property
    def one_by_one(self) -> int:
        return sum(item.one_by_one for item in self._counted)

    @property
    def sent_at(self) -> list[datetime]:
        return sorted(at for item in self._counted for at in item.sent_at)

    async def hear(self, events: list[tuple[str, Event]]) -> None:
        for start in range(0, len(events), EVENTS_AT_ONCE):
            await self._engine.hear(*events[start : start + EVENTS_AT_ONCE])
            await self._quiet()

    async def advance(self, to: datetime, control: ControlClient) -> None:
        """From due time to due time; the vendor's time moves first."""
        await self._quiet()
        while (due := self.clock.next_wait()) is not None and due <= to:
            await asyncio.to_thread(control.advance, to=due)
            self.clock.set(due)
            await self._quiet()
        await asyncio.to_thread(control.advance, to=to)
        self.clock.set(to)
        await self._quiet()

    async def _quiet(self) -> None:
        """Until nothing can go on without time passing, at three looks in a row."""
        looks = 0

        def at_rest() -> bool:
            nonlocal looks
            looks = looks + 1 if self._at_rest() else 0
            return looks == 3

        await self._engine.until(at_rest, "rest", REST_SECONDS)
        self._take_in()

    def _at_rest(self) -> bool:
        states = self._engine.pool.by_state()
        if self._engine.dispatcher.waiting or states["in_flight"] or states["answered"]:
            return False
        due = self.clock.next_wait()
        return due is not None and due > self.clock.now()

    def _take_in(self) -> None:
        if self._engine.dispatcher.parked:
            raise AssertionError(f"parked: {dict(self._engine.dispatcher.parked)}")
        now = self.clock.now()
        for item in self._engine.published:
            if item.name == "vendor-payment-observed":
                data = item.data
                for word in (data["auth"], data["clearing"]):
                    self.told_at.setdefault((data["vendor_payment_id"], word), now)
                said = tuple(data.get(name) for name in SAID)
                self.doubled += said in self._said
                self._said.add(said)
        self._engine.published.clear()
        self._engine.landed.clear()
