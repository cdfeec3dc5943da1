"""What the vendor's program allows, as last read."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PROGRAM_ID = "program"
BANK_ZONE = "America/New_York"
"""Where the program's own zone is not known yet, or has a name that nobody here knows."""
ARCHIVE_DAY_BEGINS = time(5)
"""The count of archivings is reset between midnight and 05:00 by the bank's clock
(docs.helix.q2.com/reference/externalaccountarchive): before 05:00 we take it that it was not."""


@dataclass(frozen=True)
class Program:
    id: str = PROGRAM_ID
    external_accounts_max: int | None = None
    """perUserExternalAccountCountMax. None until it was read: then the vendor's own count alone decides."""
    verification_type: str | None = None
    """None, TrialDeposits or Any, in their words."""
    time_zone: str = BANK_ZONE
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def state(self) -> str:
        return "READ"

    @property
    def zone(self) -> ZoneInfo:
        return bank_zone(self.time_zone)

    def date_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def archive_day(self, now: datetime) -> date:
        """The day on which an archiving at `now` counts."""
        here = now.astimezone(self.zone)
        return here.date() - timedelta(days=here.time() < ARCHIVE_DAY_BEGINS)

    @property
    def may_create(self) -> bool:
        return self.verification_type in (None, "None", "Any")

    @property
    def may_initiate(self) -> bool:
        return self.verification_type in (None, "TrialDeposits", "Any")


def bank_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(BANK_ZONE)
