"""payments-service against the vendor's sandbox, on both stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Recheck, Store
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_testkit.fixtures import postgres_databases, postgres_server, sqlite_databases
from bankrails_testkit.payments_shop import OpenStore, PaymentsShop, payments_shop

__all__ = ["postgres_databases", "postgres_server", "sqlite_databases"]


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    address = request.getfixturevalue(f"{request.param}_databases").fresh({})

    def build(rechecks: dict[str, Recheck]) -> Store:
        if request.param == "postgres":
            return PostgresStore(address, rechecks)
        return SqliteStore(Path(address.removeprefix("sqlite:///")), rechecks)

    return build


@pytest.fixture
def assumptions() -> Assumptions:
    return Assumptions()


@pytest.fixture
async def shop(open_store: OpenStore, assumptions: Assumptions) -> AsyncIterator[PaymentsShop]:
    async with payments_shop(open_store, assumptions) as opened:
        yield opened
