"""Fresh databases of a service, payments-service's unless another is named: migrated once, copied for each test, and positioned at the topics' ends.

The topics' names are fixed and one broker serves the whole run, so what earlier tests sent is still there. A store
that has "read" it already begins with what its own test sends.
"""

import asyncio
import importlib
import itertools
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from bankrails_messaging.postgres_store import asyncpg_url
from bankrails_messaging.sqlite_store import create_sqlite_engine
from bankrails_messaging.statements import POSITION
from bankrails_service.schema import Schema
from sqlalchemy import Connection, insert
from sqlalchemy.ext.asyncio import create_async_engine

from bankrails_testkit.cluster import Positions

PACKAGE = "payments_service"
PREFIX = f"bankrails_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""Of the names of databases: a server named from outside serves all workers of a run."""


def schema_of(package: str) -> Schema:
    schema: Schema = importlib.import_module(f"{package}.main").SCHEMA
    return schema


class SqliteDatabases:
    def __init__(self, folder: Path, package: str = PACKAGE) -> None:
        self._folder = folder
        self._package = package
        self._numbers = itertools.count(1)
        self._template = folder / "template.db"
        engine = create_sqlite_engine(self._template)
        with engine.connect() as connection:
            schema_of(package).upgrade(connection)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        engine.dispose()

    def fresh(self, positions: Positions) -> str:
        """The address of a migrated, empty database that has read up to `positions`."""
        path = self._folder / f"{self._package}-{next(self._numbers)}.db"
        shutil.copyfile(self._template, path)
        if positions:
            engine = create_sqlite_engine(path)
            with engine.connect().execution_options(writes=True) as connection, connection.begin():
                _have_read(connection, positions)
            engine.dispose()
        return f"sqlite:///{path}"


class PostgresDatabases:
    def __init__(self, server: str, package: str = PACKAGE) -> None:
        self._server = server
        self._package = package
        self._numbers = itertools.count(1)
        template = self._template
        asyncio.run(self._statements([f"DROP DATABASE IF EXISTS {template}", f"CREATE DATABASE {template}"]))
        asyncio.run(_run_sync(self._address(template), schema_of(package).upgrade))

    @property
    def _template(self) -> str:
        return f"{PREFIX}_template_{self._package}"

    def fresh(self, positions: Positions) -> str:
        """As with SQLite. Needs a server on which nobody is connected to the template."""
        name = f"{PREFIX}_{self._package}_{next(self._numbers)}"
        create = f"CREATE DATABASE {name} TEMPLATE {self._template}"
        asyncio.run(self._statements([f"DROP DATABASE IF EXISTS {name} (FORCE)", create]))
        address = self._address(name)
        if positions:
            self.have_read(address, positions)
        return address

    def have_read(self, address: str, positions: Positions) -> None:
        """For one that is migrated elsewhere."""
        asyncio.run(_run_sync(address, lambda connection: _have_read(connection, positions)))

    def empty(self) -> str:
        """One without the schema."""
        name = f"{PREFIX}_{self._package}_empty_{next(self._numbers)}"
        asyncio.run(self._statements([f"DROP DATABASE IF EXISTS {name} (FORCE)", f"CREATE DATABASE {name}"]))
        return self._address(name)

    def _address(self, database: str) -> str:
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{database}"))

    async def _statements(self, statements: Sequence[str]) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def _have_read(connection: Connection, positions: Positions) -> None:
    rows = [
        {"topic": topic, "partition": number, "next_offset": offset} for (topic, number), offset in positions.items()
    ]
    connection.execute(insert(POSITION), rows)


async def _run_sync(address: str, action: object) -> None:
    engine = create_async_engine(asyncpg_url(address))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(action)  # type: ignore[arg-type]  # a function of a Connection
            await connection.commit()
    finally:
        await engine.dispose()
