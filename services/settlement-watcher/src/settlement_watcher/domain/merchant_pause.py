"""Whether payments-service has paused a merchant: nothing may move its money then, an early close least of all.

Its events come in the order of their making, and the latest says what stands (a person's pause is told again when a token
is taken once more).
"""

from dataclasses import dataclass
from enum import StrEnum


class PauseState(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


@dataclass(frozen=True)
class MerchantPause:
    """Absent until a merchant is paused for the first time."""

    id: str
    """The merchant's."""
    reason: str = ""
    state: PauseState = PauseState.ACTIVE
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def is_on(self) -> bool:
        return self.state is PauseState.PAUSED
