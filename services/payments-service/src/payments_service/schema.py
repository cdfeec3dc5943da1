"""The database's schema, by Alembic. SQLite is brought up to date at start; PostgreSQL by `migrate`, once, by hand.

Replicas that start together must not race to change one schema, so there the service only checks.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bankrails_messaging.postgres_store import asyncpg_url
from bankrails_messaging.sqlite_store import create_sqlite_engine
from bankrails_messaging.start import StartRefused
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from payments_service.settings import Settings

T = TypeVar("T")

HEAD = "0002"
MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaUnusable(StartRefused):
    """The schema is not the one this release needs."""


async def bring_up_to_date(settings: Settings) -> None:
    """Raises SchemaUnusable."""
    path = settings.sqlite_path
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_sqlite_engine(path)
        with engine.connect() as connection:
            if _revision(connection) != HEAD:
                upgrade(connection)
        engine.dispose()
        return
    found = await _on_postgres(settings.database_url, _revision)
    if found != HEAD:
        raise SchemaUnusable(
            f"the database's schema is {found or 'empty'}, this release needs {HEAD}: "
            "run `python -m payments_service migrate` first"
        )


async def migrate(settings: Settings) -> None:
    """Bring the schema up to date. Raises SchemaUnusable when the database cannot be reached."""
    if settings.sqlite_path is not None:
        await bring_up_to_date(settings)
    else:
        await _on_postgres(settings.database_url, upgrade)


def upgrade(connection: Connection) -> None:
    # Alembic is imported for this alone: it is a tenth of the service's memory, and almost no start needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
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
        raise SchemaUnusable(
            "PAYMENTS_DATABASE_URL cannot be read as an address"
        ) from None  # its text may quote the password
    except (OSError, SQLAlchemyError) as error:
        raise SchemaUnusable(f"the database cannot be reached: {error}") from error
    finally:
        if engine is not None:
            await engine.dispose()
