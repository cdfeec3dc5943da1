"""What is learned of the tokens' rights."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "denied_right",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "right", "fingerprint"),
    )


def downgrade() -> None:
    op.drop_table("denied_right")
