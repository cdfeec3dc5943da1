"""When a person is asked for the two amounts, and what those can be."""

from datetime import datetime, time, timedelta

from bankrails_rails.banking_days import BankingCalendar

AMOUNT_MINOR_MAX = 49
"""Each is random from 0.01 to 0.49 (docs.helix.q2.com/docs/verifying-external-accounts)."""
WINDOW = timedelta(days=10)
"""From the sending of the deposits; the vendor's own lastVerifyExpiredDate is taken where it shows one. The number is an
assumption: no public page has it."""
ASK_AT = time(9)
"""By the banks' clock: what settled over night is on the statement."""

_BANKS = BankingCalendar("US")


def ask_at(sent_at: datetime, banking_days: int) -> datetime:
    """The morning on which deposits sent at `sent_at` should be seen."""
    return _BANKS.at(_BANKS.add(_BANKS.date_of(sent_at), banking_days), ASK_AT)


def expires_at(sent_at: datetime) -> datetime:
    return sent_at + WINDOW
