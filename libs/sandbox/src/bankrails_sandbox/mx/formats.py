"""The vendor's way of writing time (ISO 8601) and money (a number of dollars)."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def dollars(minor: int) -> float:
    """A float only here, at the edge, where JSON has no other fraction."""
    return minor / 100
