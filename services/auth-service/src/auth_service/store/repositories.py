"""Rows ⇄ snapshots, and the handlers' reads over them."""

from collections.abc import Sequence
from typing import Any

from bankrails_messaging.enactment import Repository
from sqlalchemy import Connection as DatabaseConnection

from auth_service.domain.connection import Connection
from auth_service.store.tables import ConnectionRow

CONNECTIONS = Repository(ConnectionRow.__table__, Connection, "/bankrails/auth/connection")  # type: ignore[attr-defined]  # SQLModel adds it

REPOSITORIES: dict[type, Repository[Any]] = {Connection: CONNECTIONS}


class SqlReads:
    """ports.Reads on one connection to the database."""

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection

    def connections(self, ids: Sequence[str]) -> dict[str, Connection]:
        return CONNECTIONS.get_many(self._connection, ids)
