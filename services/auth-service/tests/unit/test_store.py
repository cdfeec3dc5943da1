"""The service's own table: rows and snapshots, and the migrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from auth_service.main import SCHEMA
from auth_service.store.repositories import CONNECTIONS
from auth_service.store.tables import Row
from bankrails_testkit.stores import comes_back, newest_migration, schema_differences
from sqlalchemy import Connection


def test_a_connection_comes_back_as_it_was(
    a_challenged: Callable[..., Any], noon: datetime, connection: Connection
) -> None:
    """Types included: a state that came back as text would match no table."""
    snapshot = a_challenged(
        waiting_since=noon.replace(microsecond=7), link_accounts='{"holder": "Zoë"}', vendor_user_ref="USR-1"
    )
    comes_back(connection, CONNECTIONS, snapshot)


def test_the_migrated_schema_is_the_one_of_the_tables(connection: Connection) -> None:
    """A column that is in the model alone fails in production, on the first row."""
    assert schema_differences(connection, Row.metadata) == []


def test_the_newest_migration_is_the_schema_this_release_asks_for() -> None:
    """A migration that the head does not name would never be applied, silently."""
    assert newest_migration(SCHEMA) == SCHEMA.head
