"""Sweeps by pages; rows of the vendor's that are nobody's yet; disputes that are given up."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unclaimed_row",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("transaction_type", sa.Text(), nullable=False),
        sa.Column("original_vendor_payment_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("clearing", sa.Text(), nullable=False),
        sa.Column("vendor_batch_id", sa.Text(), nullable=True),
        sa.Column("batch_closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("unclaimed_row_seen", "unclaimed_row", ["merchant_id", "state", "first_seen_at"], unique=False)
    op.add_column("watched_payment", sa.Column("looks_ended_at", sa.BigInteger(), nullable=True))
    op.create_index("watched_payment_since", "watched_payment", ["merchant_id", "since"], unique=False)


def downgrade() -> None:
    op.drop_index("watched_payment_since", table_name="watched_payment")
    op.drop_column("watched_payment", "looks_ended_at")
    op.drop_table("unclaimed_row")
