"""Alembic's environment: the connection is handed in by bankrails_service.schema."""

from alembic import context

from settlement_watcher.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
