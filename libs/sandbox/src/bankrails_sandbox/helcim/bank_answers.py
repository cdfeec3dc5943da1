"""What a payer's bank does with a debit or a refund after the close: rejects, returns or contests it. By the control
API alone.

The vendor shows the new `statusClearing` and not the bank's code (Helcim OpenAPI has no field for it; merchants read it
in a mail). The code is in the bank report of the control API. Rejected and returned are ends: money goes back once.
That a dispute stands only after clearing, and ends with a return or rejection, is an assumption.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.merchants import Country
from bankrails_sandbox.helcim.records import (
    AchTransaction,
    BankAnswer,
    BankAnswerKind,
    StatusAuth,
    StatusClearing,
    TransactionType,
)

CODES = {Country.US: re.compile(r"R[0-9]{2}"), Country.CA: re.compile(r"9[0-9]{2}")}
CLEARING = {
    BankAnswerKind.REJECT: StatusClearing.REJECTED,
    BankAnswerKind.RETURN: StatusClearing.RETURNED,
    BankAnswerKind.CONTEST: StatusClearing.CONTESTED,
}
# A clearing status from which an answer leads on; there is none from rejected and returned.
BEFORE = {
    BankAnswerKind.REJECT: {StatusClearing.OPENED, StatusClearing.CLEARED, StatusClearing.CONTESTED},
    BankAnswerKind.RETURN: {StatusClearing.OPENED, StatusClearing.CLEARED, StatusClearing.CONTESTED},
    BankAnswerKind.CONTEST: {StatusClearing.CLEARED},
}
# A refund may find its account closed; to dispute having been given money is nobody's right.
ANSWERABLE = {
    BankAnswerKind.REJECT: {TransactionType.WITHDRAWAL, TransactionType.REFUND},
    BankAnswerKind.RETURN: {TransactionType.WITHDRAWAL, TransactionType.REFUND},
    BankAnswerKind.CONTEST: {TransactionType.WITHDRAWAL},
}


@dataclass(frozen=True, slots=True)
class BankOrder:
    """`code` is as on the rail: R01 in the United States, 901 in Canada. At once, or on the n-th banking day after
    approval, early in the morning; if that is past, at once."""

    code: str | None = None
    banking_days_after_approval: int | None = None

    def __post_init__(self) -> None:
        if self.banking_days_after_approval is not None and not 0 <= self.banking_days_after_approval <= 1000:
            raise ValueError("banking_days_after_approval: 0 to 1000")


def order(books: Books, row: AchTransaction, kind: BankAnswerKind, wanted: BankOrder, now: datetime) -> datetime | None:
    """Returns when it is due, None when it has happened. Raises ValueError when it cannot happen to this row."""
    if wanted.code is not None and not CODES[books.merchant.country].fullmatch(wanted.code):
        raise ValueError(f"{wanted.code} is no return code of {books.merchant.country}")
    if row.answer_due_at is not None:
        raise ValueError(f"transaction {row.id}: the bank answers at {row.answer_due_at.isoformat()} already")
    if row.auth is not StatusAuth.APPROVED or row.approved_at is None or row.type not in ANSWERABLE[kind]:
        raise ValueError(f"transaction {row.id} is no approved withdrawal or refund")
    if wanted.banking_days_after_approval is None:
        answer(books, row, kind, wanted.code, now)
        return None
    if row.clearing not in BEFORE[kind] | {StatusClearing.OPENED}:
        raise ValueError(f"transaction {row.id} is {row.clearing.name}")
    due_at = books.banking_days.after(row.approved_at, wanted.banking_days_after_approval, books.return_time)
    if kind is BankAnswerKind.CONTEST and books.merchant.test_account:
        raise ValueError(f"transaction {row.id} will never clear")
    due_at = max(due_at, now)
    _schedule(books, row, kind, wanted.code, due_at)
    return due_at


def answer(books: Books, row: AchTransaction, kind: BankAnswerKind, code: str | None, at: datetime) -> None:
    """Raises ValueError when it cannot happen to a row in that state."""
    batch = books.batches[row.batch_id]
    if batch.closed_at is None:
        raise ValueError(f"transaction {row.id} is in an open batch: no bank has it yet")
    if row.clearing not in BEFORE[kind]:
        raise ValueError(f"transaction {row.id} is {row.clearing.name}")
    row.clearing, row.return_code = CLEARING[kind], code
    books.record(kind.value, row.id, at, None, transaction=row, detail=code)
    books.bank_report.append(
        BankAnswer(books.merchant.name, row.id, kind, code, row.amount_minor, row.currency.name, at)
    )


def _schedule(books: Books, row: AchTransaction, kind: BankAnswerKind, code: str | None, due_at: datetime) -> None:
    """A bank cannot answer to what it has not got, nor its customer dispute what was not posted: then it waits."""
    row.answer_due_at = due_at

    def act(at: datetime) -> None:
        row.answer_due_at = None
        if row.auth is not StatusAuth.APPROVED:
            return
        batch = books.batches[row.batch_id]
        # Again at a later instant, or at this one behind the close or the clearing that stands in the agenda for it.
        if batch.closed_at is None:
            _schedule(books, row, kind, code, batch.closes_at)
        elif row.clearing not in BEFORE[kind] and batch.clears_at is not None:
            _schedule(books, row, kind, code, batch.clears_at)
        else:
            answer(books, row, kind, code, at)

    books.agenda.add(due_at, act)
