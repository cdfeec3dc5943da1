"""The schema on PostgreSQL; SQLite's is compared in the service's unit tests."""

import asyncio
from typing import Any

from bankrails_messaging.postgres_store import asyncpg_url
from bankrails_testkit.databases import PostgresDatabases
from bankrails_testkit.stores import schema_differences
from payments_service.store.tables import Row
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine


def test_the_migrated_schema_is_the_one_of_the_tables(postgres_databases: PostgresDatabases) -> None:
    """A column that is in the model alone fails in production, on the first row."""

    def differences(connection: Connection) -> list[Any]:
        return schema_differences(connection, Row.metadata)

    async def compared(address: str) -> list[Any]:
        engine = create_async_engine(asyncpg_url(address))
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(differences)
        finally:
            await engine.dispose()

    assert asyncio.run(compared(postgres_databases.fresh({}))) == []
