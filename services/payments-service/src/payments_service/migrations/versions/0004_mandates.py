"""Mandates with their terms and history; bank accounts that are asked for, disabled, replaced."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
