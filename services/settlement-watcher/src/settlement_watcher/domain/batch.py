"""A batch of the vendor's that has closed; an open one is nobody's news."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bankrails_contracts.money import Currency


class BatchState(StrEnum):
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class Batch:
    id: str
    """The vendor's: its batches are numbered over all merchants."""
    merchant_id: str
    closed_at: datetime
    payments: int
    """Watched payments in it when it was seen closed."""
    total_minor: int
    currency: Currency
    state: BatchState = BatchState.CLOSED
    content_hash: str = ""
    sequence: int = 0
    version: int = 0
