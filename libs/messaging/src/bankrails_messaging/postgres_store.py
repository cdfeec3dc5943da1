"""PostgreSQL through asyncpg. The same statements; one process owns the work until shards and leases are built."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bankrails_messaging.rows import Changes
from bankrails_messaging.statements import Numbers, apply
from bankrails_messaging.store import Recheck

T = TypeVar("T")

CONNECTIONS_MAX = 3
"""One for the writer, two for reads: a database's connections are shared with every other service."""


class PostgresStore:
    def __init__(self, url: str, rechecks: Mapping[str, Recheck]) -> None:
        """`url` as in DATABASE_URL: `postgresql://` or `postgresql+asyncpg://`."""
        self._engine = create_async_engine(
            asyncpg_url(url), pool_size=CONNECTIONS_MAX, max_overflow=0, hide_parameters=True
        )
        self._rechecks = rechecks
        self._numbers = Numbers()
        self._writing = asyncio.Lock()

    async def commit(self, changes: Changes) -> None:
        await self.write(lambda connection: apply(connection, changes, self._rechecks, self._numbers))

    async def write(self, action: Callable[[Connection], T]) -> T:
        async with self._writing, self._engine.begin() as connection:
            return await connection.run_sync(action)

    async def read(self, question: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(question)

    async def close(self) -> None:
        await self._engine.dispose()


def asyncpg_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace("postgres://", "postgresql+asyncpg://", 1)
