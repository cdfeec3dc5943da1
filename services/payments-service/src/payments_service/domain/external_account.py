"""What accounts-service states of an external account, and which bank accounts at the vendor stand for it.

Both sides meet in this one row, so that of a lock and a registration that come at once the later sees the earlier.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    OPEN = "OPEN"
    LOCKED = "LOCKED"
    ARCHIVED = "ARCHIVED"
    """For good: nothing that comes later opens it again."""


@dataclass(frozen=True)
class ExternalAccount:
    id: str
    state: Standing = Standing.OPEN
    reason: str = ""
    bank_accounts: list[str] = field(default_factory=list)
    """Ids, the oldest first."""
    corrected: dict[str, Any] | None = None
    """The account as its last notice of change left it (enrolment.SharedAccount); its number is encrypted."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0
