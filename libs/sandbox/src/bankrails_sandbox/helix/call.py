"""One authenticated call, as an endpoint's handler sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """`id` is the sandbox's own number for it. `now` is virtual. `body` is the JSON object, empty on a GET."""

    id: int
    now: datetime
    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    def path_id(self, name: str) -> int | None:
        """None for anything that cannot be an id; then it is unknown like any other."""
        return as_id(self.path[name])


def as_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
