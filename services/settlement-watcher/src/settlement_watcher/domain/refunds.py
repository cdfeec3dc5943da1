"""How long a refund is followed: until no bank can send it back any more.

A refund is a credit. Nobody claims a credit back; the payer's bank may return it within the ordinary return window (two
banking days in the United States, up to three in Canada), and the vendor shows that up to some days later: three more
banking days in the United States, four in Canada, as for the vendor's other news (claims.py).
"""

from datetime import datetime

from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.claims import FIRST_LOOK

RETURN_BANKING_DAYS = {"US": 2, "CA": 3}
SHOWN_WITHIN_BANKING_DAYS = {"US": 3, "CA": 4}


def watched_id(payment_id: str, refund_id: str, *, taken: bool) -> str:
    """A refund is followed under its own id. That is unique among the refunds of its payment alone, so where it is `taken`
    by another payment, or another payment's refund, the payment's stands before it: no id has a slash."""
    return f"{payment_id}/{refund_id}" if taken else refund_id


def refund_ends_at(calendar: BankingCalendar, cleared_at: datetime) -> datetime:
    country = calendar.country
    days = RETURN_BANKING_DAYS[country] + SHOWN_WITHIN_BANKING_DAYS[country]
    return calendar.at(calendar.add(calendar.date_of(cleared_at), days), FIRST_LOOK)
