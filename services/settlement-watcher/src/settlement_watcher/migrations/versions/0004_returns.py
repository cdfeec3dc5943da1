"""Presentments, return ratios, notices of change."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("watched_payment") as payment:
        payment.add_column(sa.Column("re_presents", sa.Text(), nullable=True))
        payment.add_column(sa.Column("first_settled_on", sa.Date(), nullable=True))
        payment.add_column(sa.Column("disputes", sa.Text(), nullable=False, server_default=""))
        payment.add_column(sa.Column("bank_account_id", sa.Text(), nullable=True))
        payment.add_column(sa.Column("counted_on", sa.Date(), nullable=True))
        payment.add_column(sa.Column("counted_as", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "merchant_counts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("claims_open_minor", sa.BigInteger(), nullable=False),
        sa.Column("unauthorized", sa.Text(), nullable=False),
        sa.Column("administrative", sa.Text(), nullable=False),
        sa.Column("overall", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "change_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("external_account_id", sa.Text(), nullable=True),
        sa.Column("bank_account_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("routing_number", sa.Text(), nullable=True),
        sa.Column("account_number_encrypted", sa.Text(), nullable=True),
        sa.Column("account_masked", sa.Text(), nullable=True),
        sa.Column("account_type", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("individual_id", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("apply_by", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("change_notice_open", "change_notice", ["state", "merchant_id"], unique=False)
    op.create_index("change_notice_external_account", "change_notice", ["external_account_id"], unique=False)
    op.create_index("change_notice_bank_account", "change_notice", ["bank_account_id"], unique=False)


def downgrade() -> None:
    op.drop_table("change_notice")
    op.drop_table("merchant_counts")
    with op.batch_alter_table("watched_payment") as payment:
        for column in ("counted_as", "counted_on", "bank_account_id", "disputes", "first_settled_on", "re_presents"):
            payment.drop_column(column)
