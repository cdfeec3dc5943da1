"""Mandates with their terms and history; bank accounts that are asked for, disabled, replaced; who is looked at."""

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED: dict[str, list[sa.Column[Any]]] = {
    "payment": [sa.Column("mandate_id", sa.Text(), nullable=True)],
    "payer": [sa.Column("adopts_code", sa.Text(), nullable=True)],
    "bank_account": [
        sa.Column("requested_at", sa.BigInteger(), nullable=True),
        sa.Column("disabled_for", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("successor_id", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
    ],
    "mandate": [
        sa.Column("kind", sa.Text(), server_default="personal", nullable=False),
        sa.Column("one_time", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pre_notification_days", sa.Integer(), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=True),
        sa.Column("inconsistent_at", sa.BigInteger(), nullable=True),
        sa.Column("history", sa.JSON(), server_default="[]", nullable=False),
    ],
}
INDEXES: dict[str, tuple[str, list[str], bool]] = {
    "payer_vendor": ("payer", ["merchant_id", "vendor_customer_id"], True),
    "payment_by_account": ("payment", ["bank_account_id", "state"], False),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column._copy())
    for name, (table, indexed, unique) in INDEXES.items():
        op.create_index(name, table, indexed, unique=unique)
    external_account = op.create_table(
        "external_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bank_accounts", sa.JSON(), nullable=False),
        sa.Column("corrected", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    payer_watch = op.create_table(
        "payer_watch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _gather_external_accounts(external_account)
    op.execute(
        "UPDATE mandate SET kind = 'business' WHERE bank_account_id IN"
        " (SELECT id FROM bank_account WHERE holder_type = 'business')"
    )
    _watch_by_payer(payer_watch)


def downgrade() -> None:
    op.execute("DELETE FROM work WHERE kind = 'look_at_mandates'")
    op.drop_table("payer_watch")
    op.drop_table("external_account")
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table)
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)


def _gather_external_accounts(external_account: sa.Table) -> None:
    """Which bank accounts stand for each external account: from now on both meet in its row."""
    found = op.get_bind().execute(
        sa.text("SELECT external_account_id, id FROM bank_account WHERE external_account_id IS NOT NULL ORDER BY id")
    )
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for external_account_id, bank_account_id in found:
        ids[external_account_id].append(bank_account_id)
    made = {"state": "OPEN", "reason": "", "corrected": None, "content_hash": "", "sequence": 0, "version": 1}
    if ids:
        op.bulk_insert(external_account, [made | {"id": name, "bank_accounts": some} for name, some in ids.items()])


def _watch_by_payer(payer_watch: sa.Table) -> None:
    """One look per payer takes the place of one per mandate: the youngest request's becomes it, the others end."""
    connection = op.get_bind()
    work = sa.table("work", *(sa.column(name) for name in ("id", "key", "kind", "payload", "state")))
    connection.execute(sa.text("DELETE FROM inbox WHERE kind = 'internal' AND type = 'watch_mandate'"))
    waiting = connection.execute(
        sa.text(
            "SELECT w.id, a.payer_id, a.merchant_id, a.vendor_customer_id, m.requested_at FROM work w"
            " JOIN mandate m ON m.id = w.key JOIN bank_account a ON a.id = m.bank_account_id"
            " WHERE w.kind = 'watch_mandate' ORDER BY m.requested_at DESC"
        )
    ).fetchall()
    watched: dict[str, dict[str, Any]] = {}
    for work_id, payer_id, merchant_id, customer_id, requested_at in waiting:
        if payer_id in watched:
            continue
        payload = {
            "merchant_id": merchant_id,
            "payer_id": payer_id,
            "vendor_customer_id": customer_id,
            "round": 1,
        }
        look = {"key": payer_id, "kind": "look_at_mandates", "payload": json.dumps(payload), "state": "due"}
        connection.execute(sa.update(work).where(work.c.id == work_id).values(look))
        made = {"state": "LOOKING", "round": 1, "looked_at": None, "content_hash": "", "sequence": 0, "version": 1}
        watched[payer_id] = made | {"id": payer_id, "since": requested_at}
    connection.execute(sa.text("DELETE FROM work WHERE kind = 'watch_mandate'"))
    if watched:
        op.bulk_insert(payer_watch, list(watched.values()))
