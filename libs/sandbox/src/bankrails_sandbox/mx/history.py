"""What moved on an account, day by day. A day's transactions follow from the account and the date alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bankrails_sandbox.mx.people import BankAccount
from bankrails_sandbox.mx.vocabulary import AccountType

# How far back an aggregation reaches, and an extended history.
DAYS, EXTENDED_DAYS = 120, 730
# Two weeks between paydays, on a Friday.
PAYDAY_PERIOD, PAYDAY_REMAINDER = 14, 5


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount_minor` is above zero for a credit, below for a debit."""

    on: date
    description: str
    amount_minor: int
    category: str


def history_of(account: BankAccount, today: date, days: int) -> list[Movement]:
    """Newest first."""
    dates = (today - timedelta(days=back) for back in range(days))
    return [Movement(on, *entry) for on in dates for entry in _entries(account, on)]


def _entries(account: BankAccount, on: date) -> Iterator[tuple[str, int, str]]:
    if account.type is AccountType.SAVINGS:
        if on.day == 2:
            yield "Transfer from checking", 40_000, "Transfer"
        if on.day == 28:
            yield "Interest", 1_905, "Interest Income"
        return
    if on.toordinal() % PAYDAY_PERIOD == PAYDAY_REMAINDER:
        yield "Wasatch Outfitters Payroll", 231_250, "Paycheck"
    if on.day == 1:
        yield "Rent", -168_000, "Mortgage & Rent"
    if on.day == 2:
        yield "Transfer to savings", -40_000, "Transfer"
    if on.toordinal() % 3 == 0:
        yield "Groceries", -(5_500 + on.toordinal() * 7919 % 6_000), "Groceries"
