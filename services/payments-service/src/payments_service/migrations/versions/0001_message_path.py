"""The message path's tables."""

from bankrails_messaging.migrations import v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

upgrade = v1.upgrade
downgrade = v1.downgrade
