"""What the vendor keeps beside sessions: the addresses of login pages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Frame:
    token: str
    session_id: str
    created_at: datetime
    expires_at: datetime


class LinkStatus(StrEnum):
    ACTIVE = "active"
    USED = "used"
    REVOKED = "revoked"


@dataclass(slots=True)
class Link:
    id: str
    lender: str
    client_identifier: str
    created_at: datetime
    status: LinkStatus = LinkStatus.ACTIVE
    last_used_at: datetime | None = None
    sessions: list[str] = field(default_factory=list)
