"""Batches from their opening to their end; discrepancies; refunds that are watched."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batch") as batch:
        batch.alter_column("closed_at", existing_type=sa.BigInteger(), nullable=True)
        batch.add_column(sa.Column("opened_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("seen_closed_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("settled_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("cleared", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("returned", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("reconciled_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("reconcile_planned", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Those that were told as closed before are compared once they have settled.
    op.execute(
        sa.text("UPDATE batch SET seen_closed_at = closed_at, reconcile_planned = :planned").bindparams(planned=True)
    )
    op.create_index("batch_state", "batch", ["merchant_id", "state"], unique=False)
    with op.batch_alter_table("watched_payment") as payment:
        payment.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="debit"))
        payment.add_column(sa.Column("refund_of", sa.Text(), nullable=True))
        payment.add_column(sa.Column("refunds", sa.Text(), nullable=False, server_default=""))
        payment.add_column(sa.Column("double_losses", sa.Text(), nullable=False, server_default=""))
        payment.add_column(sa.Column("missing_since", sa.BigInteger(), nullable=True))
        payment.add_column(sa.Column("overdue_at", sa.BigInteger(), nullable=True))
    op.create_index("watched_payment_batch", "watched_payment", ["vendor_batch_id", "merchant_id"], unique=False)
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("vendor_payment_id", sa.Text(), nullable=True),
        sa.Column("vendor_batch_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("discrepancy_state", "discrepancy", ["merchant_id", "state", "kind"], unique=False)
    op.create_index("discrepancy_batch", "discrepancy", ["vendor_batch_id", "state"], unique=False)
    op.create_table(
        "open_outcome",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("open_outcome_state", "open_outcome", ["merchant_id", "state"], unique=False)


def downgrade() -> None:
    for table in ("open_outcome", "discrepancy"):
        op.drop_table(table)
    op.drop_index("watched_payment_batch", table_name="watched_payment")
    with op.batch_alter_table("watched_payment") as payment:
        for name in ("overdue_at", "missing_since", "double_losses", "refunds", "refund_of", "kind"):
            payment.drop_column(name)
    op.execute("DELETE FROM batch WHERE closed_at IS NULL")
    op.drop_index("batch_state", table_name="batch")
    with op.batch_alter_table("batch") as batch:
        for name in ("reconcile_planned", "reconciled_at", "returned", "cleared", "settled_at"):
            batch.drop_column(name)
        for name in ("seen_closed_at", "opened_at"):
            batch.drop_column(name)
        batch.alter_column("closed_at", existing_type=sa.BigInteger(), nullable=False)
