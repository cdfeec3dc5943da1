"""Sweeps by pages; rows of the vendor's that are nobody's yet."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
