"""Whether a merchant's money moves: paused by a person, by a token that the vendor does not take, by both, or by none."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class MerchantState(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


@dataclass(frozen=True)
class MerchantStatus:
    """Absent until a merchant is paused for the first time."""

    id: str
    state: MerchantState = MerchantState.ACTIVE
    paused_at: datetime | None = None
    """Since when a person wants it paused; None: nobody does."""
    paused_by: str | None = None
    paused_reason: str | None = None
    token_rejected_at: datetime | None = None
    """Since when the vendor is known not to take a token; None: it takes them all, as far as is known."""
    token_reason: str | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def paused_by_command(self) -> bool:
        return self.paused_at is not None

    @property
    def token_rejected(self) -> bool:
        return self.token_rejected_at is not None

    def paused(self, *, by: str, reason: str, at: datetime) -> "MerchantStatus":
        return self._standing(replace(self, paused_at=at, paused_by=by, paused_reason=reason))

    def resumed(self) -> "MerchantStatus":
        """By a person, who says that all is well again: the tokens are tried again too."""
        return self._standing(
            replace(self, paused_at=None, paused_by=None, paused_reason=None, token_rejected_at=None, token_reason=None)
        )

    def rejected(self, reason: str, at: datetime) -> "MerchantStatus":
        return self._standing(replace(self, token_rejected_at=self.token_rejected_at or at, token_reason=reason))

    def accepted(self) -> "MerchantStatus":
        return self._standing(replace(self, token_rejected_at=None, token_reason=None))

    @staticmethod
    def _standing(status: "MerchantStatus") -> "MerchantStatus":
        paused = status.paused_by_command or status.token_rejected
        return replace(status, state=MerchantState.PAUSED if paused else MerchantState.ACTIVE)
