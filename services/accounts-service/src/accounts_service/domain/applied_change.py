"""What a notice of change replaced: an account's old values, kept for ever."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class AppliedChange:
    id: str
    external_account_id: str
    code: str
    routing_number: str | None
    """As it was before, like all that follows; None for what did not change."""
    account_number_encrypted: str | None
    """For the row of its external account."""
    account_last4: str | None
    account_type: str | None
    first_name: str | None
    last_name: str | None
    company_name: str | None
    applied_at: datetime
    applied_by: str
    """A word of AppliedBy."""
    received_on: date | None = None
    apply_by: date | None = None
    """Until then it must have been applied and told; None where nobody set a deadline."""
    payment_id: str | None = None
    told_at: datetime | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def state(self) -> str:
        return "APPLIED" if self.told_at is None else "TOLD"
