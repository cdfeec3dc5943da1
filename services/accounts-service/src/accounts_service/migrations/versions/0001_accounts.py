"""The message path's tables; external accounts and their use."""

import sqlalchemy as sa
from alembic import op
from bankrails_messaging.migrations import v1, v2

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    v1.upgrade()
    v2.upgrade()
    op.create_table(
        "account_use",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("last_cleared_at", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "external_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("institution_number", sa.Text(), nullable=True),
        sa.Column("transit_number", sa.Text(), nullable=True),
        sa.Column("routing_number", sa.Text(), nullable=True),
        sa.Column("account_number_encrypted", sa.Text(), nullable=False),
        sa.Column("number_fingerprint", sa.Text(), nullable=True),
        sa.Column("account_last4", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column("holder_type", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("bank_name", sa.Text(), nullable=True),
        sa.Column("connection_id", sa.Text(), nullable=True),
        sa.Column("helix_customer_id", sa.Integer(), nullable=True),
        sa.Column("helix_external_account_id", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("external_account_helix", "external_account", ["helix_external_account_id"], unique=True)
    op.create_index("external_account_number", "external_account", ["user_id", "number_fingerprint"], unique=True)


def downgrade() -> None:
    for table in ("external_account", "account_use"):
        op.drop_table(table)
    v2.downgrade()
    v1.downgrade()
