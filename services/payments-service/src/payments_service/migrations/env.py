"""Alembic's environment."""

from bankrails_service.migration_env import migrate

from payments_service.store.tables import Row

migrate(Row.metadata)
