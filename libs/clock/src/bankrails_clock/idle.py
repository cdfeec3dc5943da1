"""What a party of the clock answers when it is asked whether time may move on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class IdleReport:
    """`now` is the virtual time that the process has seen. `idle`: it does nothing and has nothing due by then.

    `next_due` is when it will act next by itself, None if never. Offsets are by `<topic>/<partition>` and name the next
    record: `published` what this process has written up to, `consumed` what it has read and dealt with up to. With both,
    a message on its way between two idle processes is noticed.
    """

    now: datetime
    idle: bool
    next_due: datetime | None = None
    published: Mapping[str, int] = field(default_factory=dict)
    consumed: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "now": self.now.isoformat(),
            "idle": self.idle,
            "next_due": None if self.next_due is None else self.next_due.isoformat(),
            "published": dict(self.published),
            "consumed": dict(self.consumed),
        }

    @classmethod
    def from_json(cls, body: Any) -> "IdleReport":
        """Raises ValueError on anything that is not such a report."""
        try:
            report = cls(
                _instant(body["now"]),
                body["idle"],
                None if body["next_due"] is None else _instant(body["next_due"]),
                body["published"],
                body["consumed"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not an idle report: {body!r:.200}") from error
        if not (isinstance(report.idle, bool) and _are_offsets(report.published) and _are_offsets(report.consumed)):
            raise ValueError(f"not an idle report: {body!r:.200}")
        return report


def _instant(text: Any) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"an instant without an offset: {text}")
    return instant


def _are_offsets(value: Any) -> bool:
    return isinstance(value, dict) and all(type(offset) is int for offset in value.values())
