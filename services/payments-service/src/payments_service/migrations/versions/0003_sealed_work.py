"""Ciphertext beside the work that needs it."""

from bankrails_messaging.migrations import v2

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

upgrade = v2.upgrade
downgrade = v2.downgrade
