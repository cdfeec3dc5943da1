"""What each service's Alembic `env.py` does. The connection is handed in by schema.py."""

from alembic import context
from bankrails_messaging.tables import PathTable
from sqlalchemy import MetaData


def migrate(own: MetaData) -> None:
    """`own`: the service's tables, beside those of the message path."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=[PathTable.metadata, own],
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
