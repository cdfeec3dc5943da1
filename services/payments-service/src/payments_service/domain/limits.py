"""How much a merchant collects in a day and a month: of a payer, of a bank account, and in all.

A payment counts on the merchant's calendar day of its acceptance, from then on until it ends without money moved. Each
limit is a running total, added to in the commit that accepts the payment: of many at once none slips through.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bankrails_helcim.merchant import Merchant


@dataclass(frozen=True)
class LimitTotal:
    """What is reserved under one limit, in one period."""

    id: str
    amount_minor: int = 0


@dataclass(frozen=True)
class Limit:
    name: str
    """As configured: `payer_day_minor`."""
    total_id: str
    at_most: int

    @property
    def spoken(self) -> str:
        whom, period = self.name.removesuffix("_minor").split("_")
        return f"the limit of {self.at_most:,} minor units a {period} for the {_WHOM[whom]}"


_WHOM = {"payer": "payer", "account": "bank account", "merchant": "merchant"}


def limits_on(merchant: Merchant, payer_id: str, bank_account_id: str, today: date) -> list[Limit]:
    """Those that are configured. `today` by the merchant's clock."""
    whom = {"payer": payer_id, "account": bank_account_id, "merchant": ""}
    found = []
    for name, at_most in merchant.limits.configured.items():
        subject, period, _ = name.split("_")
        when = today.isoformat() if period == "day" else f"{today:%Y-%m}"
        found.append(Limit(name, f"{merchant.id}/{subject}/{whom[subject]}/{when}", at_most))
    return found


def reached(limits: Sequence[Limit], totals: Mapping[str, LimitTotal], amount_minor: int) -> str | None:
    """Which limit this amount would pass, and what is left of it; None when it passes none."""
    for limit in limits:
        total = totals.get(limit.total_id)
        left = limit.at_most - (0 if total is None else total.amount_minor)
        if amount_minor > left:
            return f"{limit.spoken} ({limit.name}) has {max(left, 0):,} left"
    return None
