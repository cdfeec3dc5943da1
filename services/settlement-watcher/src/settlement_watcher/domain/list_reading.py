"""Reading a list of the vendor's that has several pages, one page at a time, until what was read is known to be whole.

Rows move while pages are turned: one that moves up over the edge of a page is on neither of the two. So a list is asked
for by dates of creation, which never change, and several pages count as read when two readings hold the same ids; the
reading before may be one of an earlier look. One page is one answer, and whole by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from typing import Any

READINGS_MAX = 3
"""After that the list is left as it is: each page was acted upon as it was read, and the next look reads it again."""
PAGES_MAX = 1_000
"""125,000 rows with these dates: no list, but pages that do not come to an end."""
_MODULUS = 1 << 64


@dataclass(frozen=True)
class ListReading:
    """The page that comes next, and what was read before it."""

    start_on: date
    end_on: date
    """Both inclusive, on the vendor's date of creation."""
    came_back: bool = False
    """Only what was rejected, contested or returned."""
    page: int = 1
    number: int = 1
    """Of this reading, from 1."""
    digest: str = ""
    """Of the ids on the pages so far, in whatever order they came."""
    before: str | None = None
    """The digest of a whole reading before this one."""

    @property
    def name(self) -> str:
        """The same at every look for the same rows."""
        return f"{self.start_on}/{self.end_on}{'/came-back' if self.came_back else ''}"

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "start_on": self.start_on.isoformat(), "end_on": self.end_on.isoformat()}

    @classmethod
    def from_json(cls, made: dict[str, Any]) -> "ListReading":
        days = {name: date.fromisoformat(made[name]) for name in ("start_on", "end_on")}
        return cls(**(made | days))


@dataclass(frozen=True)
class Turned:
    """After a page."""

    next: ListReading | None
    """None: the list has been read."""
    digest: str | None = None
    """Of a list of several pages that has been read whole; None where it has one page, or where readings disagree."""
    disagrees: bool = False


def turn(reading: ListReading, ids: Sequence[int], page_rows: int) -> Turned:
    """What follows a page that held rows with these ids; a full one holds `page_rows`."""
    digest = _add(reading.digest, ids)
    if len(ids) >= page_rows:
        if reading.page >= PAGES_MAX:
            return Turned(None, disagrees=True)
        return Turned(replace(reading, page=reading.page + 1, digest=digest))
    if reading.page == 1:
        return Turned(None)
    if digest == reading.before:
        return Turned(None, digest)
    if reading.number >= READINGS_MAX:
        return Turned(None, disagrees=True)
    return Turned(replace(reading, page=1, number=reading.number + 1, digest="", before=digest))


def _add(digest: str, ids: Iterable[int]) -> str:
    total = int(digest or "0", 16)
    for id in ids:
        total += int.from_bytes(blake2b(str(id).encode(), digest_size=8).digest(), "big")
    return f"{total % _MODULUS:016x}"
