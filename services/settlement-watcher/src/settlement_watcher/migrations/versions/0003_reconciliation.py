"""Batches from their opening to their end; discrepancies; refunds that are watched."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
