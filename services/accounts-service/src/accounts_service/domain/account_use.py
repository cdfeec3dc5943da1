"""When money last moved on an account, by whatever payment.

A maximum over facts, so they may come late, twice and in any order, and before the account itself is known here.
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class AccountUse:
    id: str
    """The external account's."""
    last_cleared_at: datetime
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def state(self) -> str:
        return "USED"

    def and_also(self, cleared_at: datetime) -> "AccountUse":
        return self if cleared_at <= self.last_cleared_at else replace(self, last_cleared_at=cleared_at)
