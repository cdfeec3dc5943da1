"""The merchants of the file, and what belongs to each: whether it is ours, and whose banks work when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bankrails_contracts.answers import RefusalCode
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Refusal

from settlement_watcher.domain.claims import MerchantCalendar
from settlement_watcher.domain.looks import EVERY

UNKNOWN_MERCHANT = Refusal(RefusalCode.UNKNOWN_MERCHANT, "no such merchant is configured here", field="merchant_id")
NOT_WATCHED = Refusal(RefusalCode.NOT_FOUND, "no such payment of this merchant is watched", field="payment_id")


@dataclass(frozen=True)
class Merchants:
    by_id: Mapping[str, Merchant]
    closed_too: Mapping[str, frozenset[date]] = field(default_factory=dict)
    """By country: dates on which no bank works, beyond the national holidays."""
    look_every: timedelta = EVERY
    """While banks work."""

    def get(self, merchant_id: str) -> Merchant | None:
        return self.by_id.get(merchant_id)

    def zone(self, merchant_id: str) -> ZoneInfo:
        return ZoneInfo(self.by_id[merchant_id].time_zone)

    def calendar(self, merchant_id: str) -> MerchantCalendar:
        """Of the merchant's country, which is its payers' banks' too: these rails cross no border."""
        merchant = self.by_id[merchant_id]
        closed_too = self.closed_too.get(merchant.country, frozenset())
        return MerchantCalendar("CA" if merchant.country == "CA" else "US", closed_too, merchant.hold_banking_days)
