"""What differs by configuration."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HELIX_BUDGET = "helix"
PAYMENTS_BUDGET = "payments-service"


@dataclass(frozen=True)
class Rules:
    sandbox_routing_number: bool = False
    share: bool = False
    """Verified accounts are shared with payments-service."""
    own_accounts_max: int | None = None
    """How many accounts a user may have that no vendor counts: those in Canada, and those proven by micro-deposits
    alone. None: any number."""
    trial_deposit_banking_days: int = 3
    """After so many the person is asked. Public sources speak of one to three."""
    look_every: timedelta = timedelta(hours=4)
    """How often the vendor is asked about a verified account."""
    look_every_open: timedelta = timedelta(hours=1)
    """While it is to be verified, or a person at the vendor is to decide."""
    find_every: timedelta = timedelta(minutes=15)
    """How often an account that was approved beyond the limit is looked for."""


def next_tick(now: datetime, every: timedelta) -> datetime:
    """The next multiple of `every` since 1970: what is looked at equally often is looked at together."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // every + 1) * every
