"""The vendor's clock on the wall: `YYYY-MM-DD HH:MM:SS` without a zone, and a date of zeros for "never".

The OpenAPI document calls it Mountain Time (of payment objects and date filters; taken here for all objects). Which
Mountain Time it does not say, and since November 2026 that matters: Alberta, where the vendor lives, no longer changes
its clocks, Denver does. So the zone is a parameter, `America/Denver` being what the name means everywhere else, and
nobody may lean on the hour: a winter reading can be one hour off, and in the hour that autumn repeats always. Search by
whole dates, a day wider at each end, and match by id.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MOUNTAIN_TIME = ZoneInfo("America/Denver")
_NEVER = "0000-00-00"


def read_instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Aware UTC, or None for the date of zeros, "" and null. Of an hour that occurs twice, the first.

    An offset in the text, which the vendor is not known to write, wins over the zone. Raises ValueError otherwise.
    """
    if not text or text.startswith(_NEVER):
        return None
    wall = datetime.fromisoformat(text)
    return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)


def read_date(text: str | None) -> date | None:
    """The date as the vendor wrote it."""
    if not text or text.startswith(_NEVER):
        return None
    return datetime.fromisoformat(text).date()


def wall_date(at: datetime, zone: ZoneInfo) -> date:
    """The date that the vendor writes for an instant: what its date filters compare with."""
    return at.astimezone(zone).date()
