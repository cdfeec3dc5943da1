"""The database's schema, by Alembic. SQLite is brought up to date at start; PostgreSQL by `migrate`, once, by hand.

Replicas that start together must not race to change one schema, so there the service only checks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bankrails_messaging.postgres_store import asyncpg_url
from bankrails_messaging.sqlite_store import create_sqlite_engine
from bankrails_messaging.start import StartRefused
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bankrails_service.settings import ServiceSettings

T = TypeVar("T")


class SchemaUnusable(StartRefused):
    """The schema is not the one this release needs."""


@dataclass(frozen=True)
class Schema:
    package: str
    """The service's package, which `python -m` runs."""
    migrations: Path
    """The folder with Alembic's `env.py` and `versions`."""
    head: str
    """The revision that this release needs. Kept beside the code, so that a start need not import Alembic."""

    async def bring_up_to_date(self, settings: ServiceSettings) -> None:
        """Raises SchemaUnusable."""
        path = settings.sqlite_path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            engine = create_sqlite_engine(path)
            with engine.connect() as connection:
                if _revision(connection) != self.head:
                    self.upgrade(connection)
            engine.dispose()
            return
        found = await _on_postgres(settings.database_url, _revision)
        if found != self.head:
            raise SchemaUnusable(
                f"the database's schema is {found or 'empty'}, this release needs {self.head}: "
                f"run `python -m {self.package} migrate` first"
            )

    async def migrate(self, settings: ServiceSettings) -> None:
        """Bring the schema up to date. Raises SchemaUnusable when the database cannot be reached."""
        if settings.sqlite_path is not None:
            await self.bring_up_to_date(settings)
        else:
            await _on_postgres(settings.database_url, self.upgrade)

    def upgrade(self, connection: Connection) -> None:
        # Alembic is imported for this alone: it is a tenth of the service's memory, and almost no start needs it.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self.migrations))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


async def _on_postgres(url: str, action: Callable[[Connection], T]) -> T:
    engine: AsyncEngine | None = None
    try:
        engine = create_async_engine(asyncpg_url(url), hide_parameters=True)
        async with engine.connect() as connection:
            return await connection.run_sync(action)
    except ValueError:
        # Its text may quote the password.
        raise SchemaUnusable("the database URL cannot be read as an address") from None
    except (OSError, SQLAlchemyError) as error:
        raise SchemaUnusable(f"the database cannot be reached: {error}") from error
    finally:
        if engine is not None:
            await engine.dispose()
