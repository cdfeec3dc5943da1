"""The vendor's way of writing time: ISO 8601 with milliseconds and an offset, such as 2014-01-01T00:00:00.000+00:00."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
