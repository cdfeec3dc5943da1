"""Merchants that are paused, and what is learned of their tokens."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
