"""What a clock service answers, the same to a plain GET and to a long poll."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ClockState:
    """`version` is opaque and changes with every jump, freeze or restart of the service.

    The first part, up to the dash, names one life of the service. `now` is absolute, not a difference, so a reader
    that missed ten jumps is right again after one answer.
    """

    now: datetime
    version: str
    running: bool

    @property
    def life(self) -> str:
        return self.version.partition("-")[0]

    def to_json(self) -> dict[str, Any]:
        return {"now": self.now.isoformat(), "version": self.version, "running": self.running}

    @classmethod
    def from_json(cls, body: Any) -> "ClockState":
        """Raises ValueError on anything that is not a clock's answer (a proxy's error page, another service)."""
        try:
            now, version, running = datetime.fromisoformat(body["now"]), str(body["version"]), bool(body["running"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a clock state: {body!r:.200}") from error
        if now.tzinfo is None:
            raise ValueError(f"a clock state without an offset: {body['now']}")
        return cls(now, version, running)
