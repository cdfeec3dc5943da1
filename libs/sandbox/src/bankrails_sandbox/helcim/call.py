"""One authenticated call, as an endpoint's handler sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """`id` is the sandbox's own number for it. `now` is virtual. `body` is parsed JSON, None when there was none."""

    id: int
    now: datetime
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    idempotency_key: str | None

    def path_id(self, name: str) -> int | None:
        """None for anything that cannot be an id; then it is unknown like any other."""
        value = self.path[name]
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
