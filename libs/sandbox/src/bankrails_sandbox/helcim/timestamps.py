"""The vendor's way of writing time: a wall clock without a zone, and a date of zeros for "never"."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZERO_DATE = "0000-00-00 00:00:00"


def stamp(at: datetime | None, zone: ZoneInfo) -> str:
    return ZERO_DATE if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
