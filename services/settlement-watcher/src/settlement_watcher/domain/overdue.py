"""By when the banks should have moved what a batch has taken to them.

Counted in banking days from the close. The banks' own times are two days (US) and up to three (CA); merchant help speaks
of three to four until the money is there, and of about seven for a merchant's first batches (Helcim: bank deposit
timelines, ACH batch settlement settings). Two more where those are the vendor's own words, for it to show what has
happened.
"""

from datetime import datetime, time

from bankrails_rails.banking_days import BankingCalendar

SETTLES_WITHIN_BANKING_DAYS = {"US": 4, "CA": 6}
"""Two days and the vendor's two; four and the vendor's two."""
FIRST_BATCHES_WITHIN_BANKING_DAYS = 9
"""Until one batch of the merchant has settled."""
BANKING_DAYS_MIN = min(SETTLES_WITHIN_BANKING_DAYS.values())
BY = time(18)
"""By the banks' clock: the looks of that day have been made."""


def expected_by(calendar: BankingCalendar, since: datetime, *, first_batches: bool) -> datetime:
    """`since`: the close of its batch."""
    days = FIRST_BATCHES_WITHIN_BANKING_DAYS if first_batches else SETTLES_WITHIN_BANKING_DAYS[calendar.country]
    return calendar.at(calendar.add(calendar.date_of(since), days), BY)
