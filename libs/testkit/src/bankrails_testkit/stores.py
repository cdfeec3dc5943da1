"""What is asked of every service's store: migrated databases, rows and snapshots, and whether the migrations are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from bankrails_messaging.enactment import Repository
from bankrails_messaging.sqlite_store import create_sqlite_engine
from bankrails_messaging.tables import PathTable
from bankrails_service.schema import Schema
from sqlalchemy import Connection, MetaData


def migrated(schema: Schema, path: Path) -> Path:
    """A new SQLite file there."""
    with sqlite_connection(path) as connection:
        schema.upgrade(connection)
    return path


@contextmanager
def sqlite_connection(path: Path) -> Iterator[Connection]:
    engine = create_sqlite_engine(path)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def put(connection: Connection, *things: tuple[Repository[Any], Any]) -> None:
    for repository, snapshot in things:
        connection.execute(repository.table.insert().values(repository.row(snapshot)))


def comes_back(connection: Connection, repository: Repository[Any], snapshot: Any) -> None:
    """Stored and read, it is the same, types included: a state that came back as text would match no table."""
    put(connection, (repository, snapshot))
    found = repository.get_many(connection, [snapshot.id, "nobody", None])
    if found != {snapshot.id: snapshot}:
        raise AssertionError(f"{snapshot} came back as {found}")
    types = {name: type(value) for name, value in vars(found[snapshot.id]).items()}
    if types != (stored := {name: type(value) for name, value in vars(snapshot).items()}):
        raise AssertionError(f"{stored} came back as {types}")


def schema_differences(connection: Connection, own: MetaData) -> list[Any]:
    """Between the migrated database and the tables, the message path's and a service's `own`."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
    return list(compare_metadata(context, [PathTable.metadata, own]))  # type: ignore[arg-type]  # several are taken, as by configure


def newest_migration(schema: Schema) -> str | None:
    config = Config()
    config.set_main_option("script_location", str(schema.migrations))
    return ScriptDirectory.from_config(config).get_current_head()
