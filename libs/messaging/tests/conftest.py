"""Stores: SQLite in a file, PostgreSQL wherever it can be had, both migrated as in production."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.sqlite_store import SqliteStore, create_sqlite_engine
from bankrails_messaging.store import Recheck, Store
from bankrails_testkit.engine import THINGS
from bankrails_testkit.fixtures import postgres_databases, postgres_server, sqlite_databases

__all__ = ["postgres_databases", "postgres_server", "sqlite_databases"]

OpenStore = Callable[[dict[str, Recheck]], Store]


@pytest.fixture
def thing_database(sqlite_databases: Any) -> Path:
    """A migrated SQLite file, with the table of Things."""
    path = Path(sqlite_databases.fresh({}).removeprefix("sqlite:///"))
    engine = create_sqlite_engine(path)
    THINGS.create(engine)
    engine.dispose()
    return path


@pytest.fixture
def open_sqlite(thing_database: Path) -> OpenStore:
    """`open_sqlite(rechecks)`: the same database again each time, as after a restart."""
    return lambda rechecks: SqliteStore(thing_database, rechecks)


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """One of each kind, without the table of Things on PostgreSQL."""
    if request.param == "sqlite":
        opening: OpenStore = request.getfixturevalue("open_sqlite")
        return opening
    address = request.getfixturevalue("postgres_databases").fresh({})
    return lambda rechecks: PostgresStore(address, rechecks)
