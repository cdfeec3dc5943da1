"""The whole external account; customers and the program at the vendor; payments in flight; applied notices of change."""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW: tuple[sa.Column[Any], ...] = (
    sa.Column("customer_id", sa.Text(), nullable=False, server_default=""),
    sa.Column("method", sa.Text(), nullable=False, server_default="attested"),
    sa.Column("microdeposit_id", sa.Text(), nullable=True),
    sa.Column("verification_id", sa.Text(), nullable=True),
    sa.Column("tag", sa.Text(), nullable=True),
    sa.Column("nickname", sa.Text(), nullable=True),
    sa.Column("custom_fields", sa.JSON(), nullable=False, server_default="{}"),
    sa.Column("state_at", sa.BigInteger(), nullable=True),
    sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("locked_at", sa.BigInteger(), nullable=True),
    sa.Column("lock_reason", sa.Text(), nullable=True),
    sa.Column("locked_by_vendor", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("noc_code", sa.Text(), nullable=True),
    sa.Column("modified_at", sa.BigInteger(), nullable=True),
    sa.Column("initiated_at", sa.BigInteger(), nullable=True),
    sa.Column("ask_at", sa.BigInteger(), nullable=True),
    sa.Column("expires_at", sa.BigInteger(), nullable=True),
    sa.Column("over_limit", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("approved_at", sa.BigInteger(), nullable=True),
    sa.Column("approved_by", sa.Text(), nullable=True),
    sa.Column("approval_reason", sa.Text(), nullable=True),
    sa.Column("pending", sa.Text(), nullable=False, server_default=""),
    sa.Column("acts", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("watched", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("vendor_status", sa.Text(), nullable=True),
    sa.Column("seen", sa.JSON(none_as_null=True), nullable=True),
)
_COUNTED = (("content_hash", sa.Text()), ("sequence", sa.Integer()), ("version", sa.Integer()))


def upgrade() -> None:
    for column in _NEW:
        op.add_column("external_account", column._copy())
    op.execute(
        "UPDATE external_account SET"
        " method = CASE WHEN connection_id IS NULL THEN 'attested' ELSE 'bank_login' END,"
        " customer_id = CASE WHEN country = 'US' AND helix_customer_id IS NOT NULL"
        " THEN 'helix:' || CAST(helix_customer_id AS TEXT) ELSE 'user:' || user_id END"
    )
    _name_the_tags()
    op.create_index("external_account_customer", "external_account", ["customer_id"])
    op.create_index("external_account_tag", "external_account", ["tag"], unique=True)
    _create(
        "customer",
        sa.Column("archived_on", sa.Date(), nullable=True),
        sa.Column("archived", sa.Integer(), nullable=False),
    )
    _create(
        "program",
        sa.Column("external_accounts_max", sa.Integer(), nullable=True),
        sa.Column("verification_type", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
    )
    _create(
        "payment_in_flight",
        sa.Column("external_account_id", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
    )
    op.create_index("payment_in_flight_account", "payment_in_flight", ["external_account_id", "ended"])
    _create(
        "applied_change",
        sa.Column("external_account_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in (
                "routing_number",
                "account_number_encrypted",
                "account_last4",
                "account_type",
                "first_name",
                "last_name",
                "company_name",
            )
        ),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("apply_by", sa.Date(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("applied_change_account", "applied_change", ["external_account_id"])
    op.create_index("applied_change_told", "applied_change", ["told_at", "apply_by"])


def _name_the_tags() -> None:
    """Those that the vendor knows until now followed from the id."""
    connection = op.get_bind()
    at_helix = "SELECT id FROM external_account WHERE customer_id LIKE 'helix:%'"
    for external_account_id in connection.execute(sa.text(at_helix)).scalars().all():
        tag = "bankrails-" + hashlib.sha256(external_account_id.encode()).hexdigest()[:40]
        update = sa.text("UPDATE external_account SET tag = :tag WHERE id = :id")
        connection.execute(update, {"tag": tag, "id": external_account_id})


def _create(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        *columns,
        *(sa.Column(counted, kind, nullable=False) for counted, kind in _COUNTED),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for table in ("applied_change", "payment_in_flight", "program", "customer"):
        op.drop_table(table)
    op.drop_index("external_account_tag", "external_account")
    op.drop_index("external_account_customer", "external_account")
    for column in reversed(_NEW):
        op.drop_column("external_account", column.name)
