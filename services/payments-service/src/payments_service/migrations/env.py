"""Alembic's environment: the connection is handed in by bankrails_service.schema."""

from alembic import context
from sqlmodel import SQLModel

import payments_service.store.tables  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
