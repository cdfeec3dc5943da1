"""Whether the vendor is asked about a payer's mandates now and then. One look is one call for all of them.

Only payers with something waiting are looked at again and again: a mandate that was requested, a debit that the vendor
keeps back. Each new reason begins a new round with its own pace; a look of an older round ends without a call. Before a
debit that waited for its day one look is made by itself. So accepted mandates that nobody debits cost nothing.
"""

from dataclasses import dataclass
from datetime import datetime

LOOKING, RESTING = "LOOKING", "RESTING"


@dataclass(frozen=True)
class PayerWatch:
    id: str
    """The payer's."""
    state: str = RESTING
    round: int = 0
    since: datetime | None = None
    """When the round began, from which its pace follows."""
    looked_at: datetime | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0
