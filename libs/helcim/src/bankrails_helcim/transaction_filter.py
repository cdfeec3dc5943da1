"""What `GET /ach/transactions` filters by. Source: Helcim OpenAPI 2.2.0; devdocs.helcim.com/changelog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bankrails_helcim.mapping import AuthStatus, ClearingStatus
from bankrails_helcim.money import dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionFilter:
    """What the vendor filters by, all of it optional.

    For a look-up that decides whether to send money again, give dates alone and compare the rest here: a status can
    change between two pages, and how the vendor compares its amounts is not documented.
    """

    start_on: date | None = None
    end_on: date | None = None
    """Both inclusive, on the vendor's date of creation (mountain_time.wall_date)."""
    amount_min_minor: int | None = None
    amount_max_minor: int | None = None
    status_auth: Sequence[AuthStatus] = ()
    status_clearing: Sequence[ClearingStatus] = ()
    search: str | None = None
    """Id, bank account digits, order id, batch id, contact or business name."""

    def query(self) -> dict[str, str]:
        texts = {
            "startDate": self.start_on and self.start_on.isoformat(),
            "endDate": self.end_on and self.end_on.isoformat(),
            "amountMin": None if self.amount_min_minor is None else dollars(self.amount_min_minor),
            "amountMax": None if self.amount_max_minor is None else dollars(self.amount_max_minor),
            "statusAuth": ",".join(self.status_auth),
            "statusClearing": ",".join(self.status_clearing),
            "search": self.search,
        }
        return {name: text for name, text in texts.items() if text}
