"""The vendor's way of writing time: a wall clock without a zone, and a date of zeros for "never"."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

ZERO_DATE = "0000-00-00 00:00:00"


# A long list is read page by page, over and over.
@lru_cache(maxsize=65_536)
def stamp(at: datetime | None, zone: ZoneInfo) -> str:
    return ZERO_DATE if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
