"""Ciphertext beside the work that needs it; users, their accounts and their payers; whose account a payment debits."""

import sqlalchemy as sa
from alembic import op
from bankrails_messaging.migrations import v2

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = {
    "payer": [sa.Column("register_accounts_of", sa.Text(), nullable=True)],
    "bank_account": [
        sa.Column("make_default", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("mandate_id", sa.Text(), nullable=True),
    ],
    "payment": [sa.Column("country", sa.Text(), nullable=True), sa.Column("holder_type", sa.Text(), nullable=True)],
}


def upgrade() -> None:
    v2.upgrade()
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column._copy())
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payers", sa.JSON(), nullable=False),
        sa.Column("accounts", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("enrolment")
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)
    v2.downgrade()
