"""A watched payment in the middle of its story, each field to be replaced; rows of the vendor's; a real database."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.message import Service
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import CommandParked, CommandRefused
from bankrails_helcim.connections import HelcimConnections
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.rows import to_micros
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Store
from bankrails_messaging.work_row import WorkRow
from bankrails_testkit.engine import Engine
from bankrails_testkit.fixtures import postgres_databases, postgres_server
from bankrails_testkit.stores import migrated, sqlite_connection
from settlement_watcher import wiring
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.main import SCHEMA
from settlement_watcher.settings import Settings
from settlement_watcher.store.reconciling import ALL_REPOSITORIES, SqlReconcilingReads
from settlement_watcher.store.repositories import PAYMENTS
from sqlalchemy import Connection

__all__ = ["postgres_databases", "postgres_server"]

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
"""A Monday, noon in Toronto and New York."""
MERCHANTS = Merchants(
    {
        "maple-books": Merchant("maple-books", "CA", Currency.CAD, "America/Toronto", 2_500_000),
        "liberty-books": Merchant("liberty-books", "US", Currency.USD, "America/New_York", 2_500_000),
    }
)
_PAYMENT = WatchedPayment(
    id="payment",
    merchant_id="maple-books",
    vendor_payment_id="801",
    external_account_id="external",
    amount_minor=4_995,
    currency=Currency.CAD,
    country="CA",
    holder_type="personal",
    since=NOON,
    told=PaymentState.APPROVED,
    state=PaymentState.APPROVED,
    content_hash="made-by",
    sequence=3,
    version=2,
)
_ROW = Observation(
    vendor_payment_id="801",
    amount_minor=4_995,
    currency="CAD",
    auth="approved",
    clearing="opened",
    vendor_batch_id="47339",
    batch_closed=False,
    batch_closed_at=None,
    created_at=NOON,
    observed_at=NOON,
)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def merchants() -> Merchants:
    return MERCHANTS


@pytest.fixture
def a_payment() -> Callable[..., WatchedPayment]:
    """Canadian, approved as payments-service tells, not looked at yet."""
    return lambda **fields: replace(_PAYMENT, **fields)


@pytest.fixture
def an_american() -> Callable[..., WatchedPayment]:
    american: dict[str, Any] = {"merchant_id": "liberty-books", "currency": Currency.USD, "country": "US"}
    return lambda **fields: replace(_PAYMENT, **(american | fields))


@pytest.fixture
def a_row() -> Callable[..., Observation]:
    """Approved, in an open batch."""
    return lambda **fields: replace(_ROW, **fields)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    return migrated(SCHEMA, tmp_path / "settlement.db")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """One of each kind, migrated as in production."""
    if request.param == "sqlite":
        return SqliteStore(request.getfixturevalue("database"), {})
    address = request.getfixturevalue("postgres_databases").empty()
    unused: dict[str, Any] = {
        "kafka_bootstrap_servers": "none",
        "sealing_keys_file": tmp_path / "none",
        "vault_file": tmp_path / "none",
        "helcim_url": "http://none",
        "merchants_file": tmp_path / "none",
    }
    asyncio.run(SCHEMA.migrate(Settings(database_url=address, **unused)))
    return PostgresStore(address, {})


@pytest.fixture
def connection(database: Path) -> Iterator[Connection]:
    with sqlite_connection(database) as opened:
        yield opened


class Bench:
    """The service's own parts on an engine: a real database, and a clock that a test moves from due time to due time."""

    def __init__(self, database: Path, merchants: Merchants, helcim: HelcimConnections, clock: ManualClock) -> None:
        store = SqliteStore(database, {})
        self.clock = clock
        self.engine = Engine(
            store,
            handlings=wiring.handlings(merchants),
            answerings=wiring.answerings(merchants),
            calls=wiring.calls(helcim, merchants, store, clock),
            clock=clock,
            service=Service.SETTLEMENT,
            repositories=ALL_REPOSITORIES,
            reads=SqlReconcilingReads,
            refused=CommandRefused,
            parked=CommandParked,
        )
        self.standing = wiring.standing(merchants)

    async def stand(self) -> None:
        """The sweeps, as the service makes them at start."""
        await self.engine.work(
            *(
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
                for item in self.standing
            )
        )
        await self.quiet()

    async def quiet(self) -> None:
        """Until nothing can go on without time passing, at three looks in a row."""
        looks = 0

        def at_rest() -> bool:
            nonlocal looks
            looks = looks + 1 if self._at_rest() else 0
            return looks == 3

        await self.engine.until(at_rest, "rest")

    async def advance(self, to: datetime, vendor: Callable[[datetime], object] = lambda at: None) -> None:
        """From due time to due time; the vendor's time moves first, as it does at a clock service."""
        await self.quiet()
        while (due := self.clock.next_wait()) is not None and due <= to:
            vendor(due)
            self.clock.set(due)
            await self.quiet()
        vendor(to)
        self.clock.set(to)
        await self.quiet()

    async def payment(self, payment_id: str) -> WatchedPayment:
        return await self.engine.store.read(lambda connection: PAYMENTS.get_many(connection, [payment_id])[payment_id])

    def told(self, subject: str) -> list[str]:
        """The names of the events about it, in order."""
        return [item.name for item in self.engine.published if item.subject == subject]

    def data(self, name: str) -> list[dict[str, Any]]:
        return [item.data for item in self.engine.published if item.name == name]

    def _at_rest(self) -> bool:
        states = self.engine.pool.by_state()
        if self.engine.dispatcher.waiting or states["in_flight"] or states["answered"]:
            return False
        due = self.clock.next_wait()
        return due is not None and due > self.clock.now()  # a sweep stands, so the worker always waits for a time


@pytest.fixture
def a_bench(database: Path, merchants: Merchants) -> Callable[..., Bench]:
    return lambda helcim, clock: Bench(database, merchants, helcim, clock)
