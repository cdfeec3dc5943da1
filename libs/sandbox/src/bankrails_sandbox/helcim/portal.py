"""What a person does to a row in the vendor's portal, or the processor to one in its care: nobody asked through the API.

A row that is pending can be let through or ended; one that is approved can be ended while its batch is open. Source of
the values: Helcim guide, ACH Payment API; that the portal can lead to each of them is an assumption.
"""

from datetime import datetime

from bankrails_sandbox.helcim.batches import enter_batch
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.records import AchTransaction, StatusAuth, StatusBatch, StatusClearing
from bankrails_sandbox.helcim.transactions import record

WAITING = (StatusAuth.PENDING, StatusAuth.IN_PROGRESS)


def approve(books: Books, row: AchTransaction, now: datetime) -> None:
    """Without its PAD. Raises ValueError, like all of these, when it cannot happen to a row in that state."""
    _require(row, row.auth in WAITING)
    row.auth = StatusAuth.APPROVED
    enter_batch(books, row, now)
    record(books, "approve", row, now, None)


def take_in_hand(books: Books, row: AchTransaction, now: datetime) -> None:
    """In progress: neither waiting nor approved."""
    _require(row, row.auth is StatusAuth.PENDING)
    row.auth = StatusAuth.IN_PROGRESS
    record(books, "take-in-hand", row, now, None)


def decline(books: Books, row: AchTransaction, now: datetime) -> None:
    still_open = books.batch_status(row) is StatusBatch.OPEN
    _require(row, row.auth in (*WAITING, StatusAuth.APPROVED) and still_open)
    row.auth = StatusAuth.DECLINED
    record(books, "decline", row, now, None)


def clear(books: Books, row: AchTransaction, now: datetime) -> None:
    """The banks have moved it, before its day; or a dispute has ended well for the merchant."""
    at_a_bank = row.auth is StatusAuth.APPROVED and books.batch_status(row) is StatusBatch.CLOSED
    _require(row, at_a_bank and row.clearing in (StatusClearing.OPENED, StatusClearing.CONTESTED))
    row.clearing = StatusClearing.CLEARED
    books.record("clear", row.id, now, None, transaction=row)


def _require(row: AchTransaction, possible: bool) -> None:
    if not possible:
        raise ValueError(f"transaction {row.id} is {row.auth.name}, {row.clearing.name}: final or in a closed batch")
