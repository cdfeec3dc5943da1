"""The message path's tables, and connections."""

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
        "connection",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fetch_bank_data", sa.Boolean(), nullable=False),
        sa.Column("link_accounts", sa.Text(), nullable=True),
        sa.Column("vendor_user_ref", sa.Text(), nullable=True),
        sa.Column("vendor_login_ref", sa.Text(), nullable=True),
        sa.Column("waiting_since", sa.BigInteger(), nullable=True),
        sa.Column("challenge_id", sa.Text(), nullable=True),
        sa.Column("challenge_key", sa.Text(), nullable=True),
        sa.Column("challenge_round", sa.Integer(), nullable=False),
        sa.Column("challenge_deadline", sa.BigInteger(), nullable=True),
        sa.Column("challenge_questions", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_connection_user_id"), "connection", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("connection")
    v2.downgrade()
    v1.downgrade()
