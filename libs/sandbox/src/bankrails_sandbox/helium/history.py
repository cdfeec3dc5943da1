"""What moved on an account in the 90 days up to an instant, and what an analyst reads from it.

A day's transactions follow from the account and the date alone, so they stay the same as time goes on; balances are
counted back from today's. Days are of the calendar in UTC.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bankrails_sandbox.helium.people import AccountType, BankAccount, Person

DAYS = 90
# Two weeks between paydays, on a Friday.
PAYDAY_PERIOD, PAYDAY_REMAINDER = 14, 5
# Once in at most so many days, so within any 90: a payment sent back for want of funds, and one stopped.
NSF_PERIOD, NSF_REMAINDER = 83, 17
STOP_PERIOD, STOP_REMAINDER = 79, 40


class Category(StrEnum):
    PAYROLL = "payroll"
    INCOME = "income"
    LOAN = "loan"
    LOAN_PAYMENT = "loan_payment"
    NSF = "nsf"
    STOP_PAYMENT = "stop_payment"
    TRANSFER = "transfer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Transaction:
    """`amount_minor` is above zero for a credit, below for a debit."""

    id: str
    on: date
    description: str
    amount_minor: int
    balance_minor: int
    category: Category


Entry = tuple[str, int, Category]


def history_of(account: BankAccount, person: Person, today: date) -> list[Transaction]:
    """Newest first."""
    balance = account.balance_current_minor
    found: list[Transaction] = []
    for back in range(DAYS):
        on = today - timedelta(days=back)
        for index, (description, amount_minor, category) in enumerate(reversed(list(_entries(account, person, on)))):
            seed = f"{account.account_number}/{on.isoformat()}/{index}"
            id = f"txn_{hashlib.sha256(seed.encode()).hexdigest()[:16]}"
            found.append(Transaction(id, on, description, amount_minor, balance, category))
            balance -= amount_minor
    return found


def _entries(account: BankAccount, person: Person, on: date) -> Iterator[Entry]:
    if account.type is AccountType.SAVINGS:
        if on.day == 2:
            yield "Transfer from chequing", 50_000, Category.TRANSFER
        if on.day == 28:
            yield "Interest", 1_312, Category.INCOME
    elif account.type is AccountType.CHEQUING:
        yield from _of_chequing(person, on)


def _of_chequing(person: Person, on: date) -> Iterator[Entry]:
    ordinal = on.toordinal()
    if ordinal % PAYDAY_PERIOD == PAYDAY_REMAINDER:
        yield f"PAYROLL {person.employer}", person.payroll_minor, Category.PAYROLL
    if on.day == 1:
        yield "Rent", -145_000, Category.OTHER
    if on.day == 2:
        yield "Transfer to savings", -50_000, Category.TRANSFER
    if on.day == 15:
        yield "Loan payment Prairie Auto Finance", -32_500, Category.LOAN_PAYMENT
    if on.day == 20:
        yield "Child benefit", 12_000, Category.INCOME
    if ordinal % 3 == 0:
        yield "Groceries", -(6_000 + ordinal * 7919 % 5_000), Category.OTHER
    if ordinal % NSF_PERIOD == NSF_REMAINDER:
        yield "NSF fee", -4_800, Category.NSF
    if ordinal % STOP_PERIOD == STOP_REMAINDER:
        yield "Stop payment fee", -1_250, Category.STOP_PAYMENT


@dataclass(frozen=True, slots=True)
class Analysis:
    """`loan_payback_percent`: payments on loans, of these and the payments sent back together. None without loans."""

    payroll: tuple[tuple[int, date], ...]
    income_monthly_average_minor: int
    nsf_count: int
    stop_payment_count: int
    average_balances_minor: dict[int, int]
    loan_payback_percent: int | None


def analyse(histories: list[list[Transaction]], today: date) -> Analysis:
    """Over all accounts. `payroll` has an amount and the last day of each source."""
    everything = [transaction for history in histories for transaction in history]
    counts = {category: sum(transaction.category is category for transaction in everything) for category in Category}
    paydays = [transaction for transaction in everything if transaction.category is Category.PAYROLL]
    last = max(paydays, key=lambda transaction: transaction.on, default=None)
    income = sum(
        transaction.amount_minor
        for transaction in everything
        if transaction.category in (Category.PAYROLL, Category.INCOME)
    )
    paid, sent_back = counts[Category.LOAN_PAYMENT], counts[Category.NSF]
    return Analysis(
        payroll=((last.amount_minor, last.on),) if last else (),
        income_monthly_average_minor=income * 30 // DAYS,
        nsf_count=sent_back,
        stop_payment_count=counts[Category.STOP_PAYMENT],
        average_balances_minor={
            days: sum(_average_balance(history, today, days) for history in histories) for days in (30, 60, 90)
        },
        loan_payback_percent=paid * 100 // (paid + sent_back) if paid else None,
    )


def _average_balance(history: list[Transaction], today: date, days: int) -> int:
    """Of the balances at the end of each day."""
    if not history:
        return 0
    total, position = 0, 0
    balance = history[0].balance_minor
    for back in range(days):
        on = today - timedelta(days=back)
        while position < len(history) and history[position].on > on:
            balance = history[position].balance_minor - history[position].amount_minor
            position += 1
        total += balance
    return total // days
