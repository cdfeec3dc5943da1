"""Ciphertext beside the work that needs it. A service's own migration calls this; never edited, only followed by a v3."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    op.add_column("work", sa.Column("sealed", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("work", "sealed")
