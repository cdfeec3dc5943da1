"""What is known of a call that got no usable answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Doubt:
    since: datetime
    reason: str
    needs_operator: bool = False
    candidates: tuple[str, ...] = ()
    """The vendor's ids that it could be, where a look-up found several."""

    def stored(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat(),
            "reason": self.reason,
            "needs_operator": self.needs_operator,
            "candidates": list(self.candidates),
        }

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> "Doubt | None":
        if stored is None:
            return None
        since = datetime.fromisoformat(stored["since"])
        return cls(since, stored["reason"], stored["needs_operator"], tuple(stored["candidates"]))
