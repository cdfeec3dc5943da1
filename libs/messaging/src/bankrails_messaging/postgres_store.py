"""PostgreSQL through asyncpg. The same statements; one process owns the work until shards and leases are built."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bankrails_messaging.rows import Changes
from bankrails_messaging.statements import Numbers, apply
from bankrails_messaging.store import Recheck, StoreUnusable

T = TypeVar("T")

WRITER_LOCK = 0x62616E6B
"""The advisory lock's number ("bank"); its scope is the database, and each service has its own."""
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
        self._writer: AsyncConnection | None = None

    async def commit(self, changes: Changes) -> None:
        await self.write(lambda connection: apply(connection, changes, self._rechecks, self._numbers))

    async def write(self, action: Callable[[Connection], T]) -> T:
        """Raises StoreUnusable when another process writes to this database."""
        async with self._writing:
            if self._writer is None:
                self._writer = await self._only_writer()
            if self._writer.invalidated:
                # SQLAlchemy would connect again, without the lock that this connection held.
                raise StoreUnusable("the connection that held the database's lock is gone")
            async with self._writer.begin():
                return await self._writer.run_sync(action)

    async def _only_writer(self) -> AsyncConnection:
        """The one connection that writes. It holds a lock as long as it lives, so whoever lost the lock cannot write.

        Two processes, as in every rolling restart, would both send what is due, each under a key of its own.
        """
        connection = await self._engine.connect()
        if not await connection.scalar(select(func.pg_try_advisory_lock(WRITER_LOCK))):
            await connection.close()
            raise StoreUnusable("the database is in use by another process; one at a time may write to it")
        await connection.commit()
        return connection

    async def read(self, question: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(question)

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer.close()
        await self._engine.dispose()


def asyncpg_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace("postgres://", "postgresql+asyncpg://", 1)
