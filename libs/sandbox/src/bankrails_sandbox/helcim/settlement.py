"""From the close of a batch to cleared rows, by the banking days of the merchant's country.

Merchant help speaks of three to four business days; how many, and at what time of day, are assumptions. A developer
test account holds its funding: nothing ever clears there (Helcim guide, ACH Payment API).
"""

from datetime import datetime

from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.records import Batch, StatusAuth, StatusClearing, TransactionType


def enter_settlement(books: Books, batch: Batch) -> None:
    """The batch has just closed."""
    if books.merchant.test_account or batch.closed_at is None:
        return
    days = books.assumptions.clearing_banking_days
    batch.clears_at = books.banking_days.after(batch.closed_at, days, books.clearing_time)
    books.agenda.add(batch.clears_at, lambda due_at: _clear(books, batch, due_at))


def _clear(books: Books, batch: Batch, at: datetime) -> None:
    """Debits and refunds. What was returned before stays returned."""
    if books.merchant.test_account:
        return
    for id in batch.transaction_ids:
        row = books.transactions[id]
        if row.type is TransactionType.REVERSE and not books.assumptions.reversals_clear:
            continue
        if row.auth is StatusAuth.APPROVED and row.clearing is StatusClearing.OPENED:
            row.clearing = StatusClearing.CLEARED
            books.record("clear", row.id, at, None, transaction=row)
