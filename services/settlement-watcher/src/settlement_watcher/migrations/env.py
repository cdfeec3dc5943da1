"""Alembic's environment."""

from bankrails_service.migration_env import migrate

from settlement_watcher.store.tables import Row

migrate(Row.metadata)
