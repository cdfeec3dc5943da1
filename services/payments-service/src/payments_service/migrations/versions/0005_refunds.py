"""Refunds, limits, schedules and wishes of payments."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[object]]:
    """New ones each time: a column belongs to one table."""
    return [
        sa.Column("unknown_reason", sa.Text(), nullable=True),
        sa.Column("candidates", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("one_time_mandate_id", sa.Text(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("limits", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("counts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=True),
        sa.Column("undo", sa.JSON(), nullable=True),
        sa.Column("vendor_void_id", sa.Text(), nullable=True),
        sa.Column("refunds", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("funds_available_at", sa.BigInteger(), nullable=True),
        sa.Column("available", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claim_deadline", sa.Date(), nullable=True),
        sa.Column("return_code", sa.Text(), nullable=True),
        sa.Column("retry", sa.Text(), nullable=True),
        sa.Column("retry_until", sa.Date(), nullable=True),
        sa.Column("presentments_left", sa.Integer(), nullable=True),
        sa.Column("re_presents", sa.Text(), nullable=True),
        sa.Column("presentment", sa.Integer(), server_default="1", nullable=False),
        sa.Column("re_presented_by", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("payment", column)
    op.create_index(
        "payment_unknown",
        "payment",
        ["merchant_id", "amount_minor"],
        sqlite_where=sa.text("state = 'UNKNOWN'"),
        postgresql_where=sa.text("state = 'UNKNOWN'"),
    )
    op.create_table(
        "limit_total",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "vendor_claim",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("vendor_claim")
    op.drop_table("limit_total")
    op.drop_index("payment_unknown", "payment")
    for column in _columns():
        op.drop_column("payment", column.name)
