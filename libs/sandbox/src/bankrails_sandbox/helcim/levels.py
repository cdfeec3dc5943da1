"""What an API token may do, on each of its axes (Helcim guide: Connecting to the Helcim API)."""

from enum import IntEnum


class General(IntEnum):
    """Customers, bank accounts, PADs."""

    NONE = 0
    READ = 1
    READ_WRITE = 2


class Processing(IntEnum):
    """Transaction processing; each level includes the lower ones."""

    NONE = 1
    AUTH = 2
    POSITIVE = 3
    ADMIN = 4
