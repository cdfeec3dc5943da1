"""From when collected money may be used, and until when the payer can claim it back.

All of it counts from the day on which the payment was seen cleared, as a civil date of the banks' zone: the banks'
own day (settlement in the United States, posting in Canada) is not shown by the vendor and is that day or an earlier one, so
nothing here ends too early. Sources: Nacha return time frames (60 calendar days for an unauthorized consumer debit);
Payments Canada Rule H1 (90 calendar days personal, 10 business days business). The holds are this suite's own policy.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bankrails_contracts.parts import HolderType
from bankrails_rails.banking_days import BankingCalendar

HOLD_BANKING_DAYS = {"US": 3, "CA": 4}
"""After an ordinary return's two (US) or three (CA) banking days, and one more until the vendor shows it. A merchant may
have a hold of its own."""
FIRST_LOOK = time(10)
"""By the banks' clock: a return that came before opening is shown by then."""
GRACE_DAYS = 5
"""After the last day of a claim, for one that is still on its way to us."""

CLAIM_DAYS_US = 60
CLAIM_DAYS_CA_PERSONAL = 90
CLAIM_BANKING_DAYS_CA_BUSINESS = 10


@dataclass(frozen=True)
class MerchantCalendar(BankingCalendar):
    """The banks' days, and how many of them one merchant's money is held."""

    hold_banking_days: int | None = None
    """None: the country's."""


def funds_available_at(calendar: BankingCalendar, cleared_at: datetime) -> datetime:
    """After the first look of the last held day's morning has shown no return."""
    held = calendar.hold_banking_days if isinstance(calendar, MerchantCalendar) else None
    day = calendar.add(calendar.date_of(cleared_at), HOLD_BANKING_DAYS[calendar.country] if held is None else held)
    return max(calendar.at(day, FIRST_LOOK), cleared_at)


def claim_deadline(calendar: BankingCalendar, holder_type: str | None, cleared_at: datetime) -> date:
    """The last day of a claim. A holder who is not known counts as a person, who has longer."""
    cleared_on = calendar.date_of(cleared_at)
    if calendar.country == "US":
        return cleared_on + timedelta(days=CLAIM_DAYS_US)
    if holder_type == HolderType.BUSINESS:
        return calendar.add(cleared_on, CLAIM_BANKING_DAYS_CA_BUSINESS)
    return cleared_on + timedelta(days=CLAIM_DAYS_CA_PERSONAL)


def final_from(calendar: BankingCalendar, deadline: date) -> datetime:
    """The midnight that ends the grace after the deadline."""
    return calendar.at(deadline + timedelta(days=GRACE_DAYS + 1), time(0))
