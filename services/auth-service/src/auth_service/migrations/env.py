"""Alembic's environment."""

from bankrails_service.migration_env import migrate

from auth_service.store.tables import Row

migrate(Row.metadata)
