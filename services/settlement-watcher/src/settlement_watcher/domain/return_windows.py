"""Until when a bank may send a return, by its code. One that comes later is accepted all the same, and flagged.

Sources: Nacha return time frames (available to the originating bank by the opening of the second banking day after
settlement; 60 calendar days where the payer says that it was not authorized); Payments Canada Rule H1 (90 calendar days
personal, 10 business days business) and the three business days of an ordinary Canadian return.
"""

from datetime import date, timedelta

from bankrails_contracts.parts import HolderType
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.return_codes import Window, reason_for

BANKING_DAYS = {
    Window.TWO_BANKING_DAYS: 2,
    Window.THREE_BANKING_DAYS: 3,
    Window.FIVE_BANKING_DAYS: 5,
    Window.TEN_BANKING_DAYS: 10,
}
DAYS = {Window.SIXTY_DAYS: 60, Window.NINETY_DAYS: 90}
SETTLED_WITHIN_BANKING_DAYS = 7
"""After the batch has closed: a merchant's first batches take so long (Helcim help: bank deposit timelines)."""


def settled_by(calendar: BankingCalendar, cleared_on: date | None, closed_on: date) -> date:
    """The latest day on which it can have settled: nobody shows the day itself."""
    return cleared_on or calendar.add(closed_on, SETTLED_WITHIN_BANKING_DAYS)


def last_return_day(calendar: BankingCalendar, code: str, holder_type: str | None, settled_on: date) -> date | None:
    """None for a code without a window of its own. A holder who is not known counts as a person, who has longer."""
    window = reason_for(calendar.country, code).window
    if window is Window.CLAIM:
        window = Window.TEN_BANKING_DAYS if holder_type == HolderType.BUSINESS else Window.NINETY_DAYS
    if window in BANKING_DAYS:
        return calendar.add(settled_on, BANKING_DAYS[window])
    if window in DAYS:
        return settled_on + timedelta(days=DAYS[window])
    return None
