"""A vendor's own words, fit for our logs and events."""

from http import HTTPStatus

TEXT_CHARACTERS_MAX = 500
"""Vendor sentences are under a hundred characters; what is longer is not meant for people."""


def printable(value: object) -> str:
    """Printable alone, and cut: a zero byte or half a surrogate would fail later, where the text is stored."""
    text = value if isinstance(value, str) else repr(value)
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= TEXT_CHARACTERS_MAX else shown[: TEXT_CHARACTERS_MAX - 1] + "…"


def status_name(status: int) -> str:
    """`503 Service Unavailable`, for an answer that says nothing readable."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
