"""The service's own table: rows and snapshots, and the migrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from auth_service.main import SCHEMA
from auth_service.store.repositories import CONNECTIONS
from auth_service.store.tables import METADATA
from bankrails_messaging import tables as message_path
from sqlalchemy import Connection, MetaData


def test_a_connection_comes_back_as_it_was(
    a_challenged: Callable[..., Any], noon: datetime, connection: Connection
) -> None:
    """Types included: a state that came back as text would match no table."""
    snapshot = a_challenged(
        waiting_since=noon.replace(microsecond=7), link_accounts='{"holder": "Zoë"}', vendor_user_ref="USR-1"
    )
    connection.execute(CONNECTIONS.table.insert().values(CONNECTIONS.row(snapshot)))
    found = CONNECTIONS.get_many(connection, [snapshot.id, "nobody", None])
    assert found == {snapshot.id: snapshot}
    assert [type(value) for value in vars(found[snapshot.id]).values()] == [
        type(value) for value in vars(snapshot).values()
    ]


def test_the_migrated_schema_is_the_one_of_the_tables(connection: Connection) -> None:
    """A column that is in the model alone fails in production, on the first row."""
    whole = MetaData()
    paths = [model.__table__ for model in vars(message_path).values() if hasattr(model, "__table__")]
    for table in (*METADATA.sorted_tables, *paths):
        table.to_metadata(whole)
    context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
    assert compare_metadata(context, whole) == []


def test_the_newest_migration_is_the_schema_this_release_asks_for() -> None:
    """A migration that the head does not name would never be applied, silently."""
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA.head
