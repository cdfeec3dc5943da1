"""Refund, void and cancel: which of them fits is a matter of two fields, and they are never interchangeable.

| statusAuth  | open batch | closed batch |
|-------------|------------|--------------|
| 1 approved  | void       | refund       |
| 5 pending   | cancel     |              |
| any other   |            |              |

A refund and a void make a transaction of their own, in the batch that is open now, and tell its number in a sentence.
Source: Helcim guide, ACH Payment API; Helcim OpenAPI. What that leaves open is in `Assumptions`.
"""

from datetime import datetime
from typing import NoReturn

from bankrails_sandbox.helcim.batches import enter_batch
from bankrails_sandbox.helcim.books import PORTAL_USER_ID, Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.payload import amount_minor, require_object
from bankrails_sandbox.helcim.records import AchTransaction, StatusAuth, StatusBatch, StatusClearing, TransactionType
from bankrails_sandbox.helcim.replies import ErrorShape, message_error
from bankrails_sandbox.helcim.transactions import known_transaction, record
from bankrails_sandbox.vendor_api import Reply


def refund(books: Books, call: Call) -> Reply:
    body = require_object(call.body, ErrorShape.MESSAGE)
    amount = amount_minor(body, "amount", None, third_decimal_refused=books.assumptions.third_decimal_refused)
    row = known_transaction(books, call)
    made = refund_row(books, row, amount, call.now, call)
    return _message(
        f"Successfully refunded transaction ID #{row.id}. Refund transaction ID #{made.id} created.",
    )


def void(books: Books, call: Call) -> Reply:
    row = known_transaction(books, call)
    made = void_row(books, row, call.now, call)
    return _message(f"Successfully voided transaction ID #{row.id}. Void transaction ID #{made.id} created.")


def cancel(books: Books, call: Call) -> Reply:
    row = known_transaction(books, call)
    cancel_row(books, row, call.now, call)
    return _message(f"Successfully cancelled ACH transaction #{row.id}.")


def refund_row(books: Books, row: AchTransaction, amount: int, now: datetime, call: Call | None) -> AchTransaction:
    """`call` is None for what is done in the vendor's portal. Raises Refused."""
    given = books.assumptions
    refundable = {TransactionType.WITHDRAWAL} | ({TransactionType.REFUND} if given.refund_of_any_type else set())
    if row.type not in refundable:
        _refuse(row, "cannot be refunded: it is no withdrawal")
    if row.auth is not StatusAuth.APPROVED:
        _refuse(row, "cannot be refunded: it is not approved")
    if books.batch_status(row) is not StatusBatch.CLOSED:
        _refuse(row, "cannot be refunded: its batch is open")
    if row.clearing not in (StatusClearing.OPENED, StatusClearing.CLEARED) and not given.refund_of_returned:
        _refuse(row, "cannot be refunded: it was not settled")
    before = books.refunded_minor(row.id) if given.refunds_capped_together else 0
    if amount + before > row.amount_minor:
        _refuse(row, "cannot be refunded: the amount exceeds what is left of the original")
    if amount != row.amount_minor and not given.partial_refunds:
        _refuse(row, "can be refunded in full only")
    return _undoing(books, row, TransactionType.REFUND, amount, now, call)


def void_row(books: Books, row: AchTransaction, now: datetime, call: Call | None) -> AchTransaction:
    """The row is cancelled, and a reversal made. Raises Refused."""
    voidable = {TransactionType.WITHDRAWAL} | ({TransactionType.REFUND} if books.assumptions.void_of_refund else set())
    if row.type not in voidable:
        _refuse(row, "cannot be voided: it is of another type")
    if row.auth is not StatusAuth.APPROVED:
        _refuse(row, "cannot be voided: it is not approved")
    if books.batch_status(row) is not StatusBatch.OPEN:
        _refuse(row, "cannot be voided: its batch is closed")
    row.auth = StatusAuth.CANCELLED
    return _undoing(books, row, TransactionType.REVERSE, row.amount_minor, now, call)


def cancel_row(books: Books, row: AchTransaction, now: datetime, call: Call | None) -> None:
    """Makes no transaction. Raises Refused."""
    waiting = {StatusAuth.PENDING} | ({StatusAuth.IN_PROGRESS} if books.assumptions.in_progress_cancels else set())
    if row.auth not in waiting:
        _refuse(row, "cannot be cancelled: it is not pending")
    row.auth = StatusAuth.CANCELLED
    record(books, "cancel", row, now, call)


def _undoing(
    books: Books, row: AchTransaction, type: TransactionType, amount: int, now: datetime, call: Call | None
) -> AchTransaction:
    made = AchTransaction(
        id=next(books.ids.transactions),
        customer_id=row.customer_id,
        bank_account_id=row.bank_account_id,
        type=type,
        amount_minor=amount,
        currency=row.currency,
        auth=StatusAuth.APPROVED,
        created_at=now,
        order_id=row.order_id,
        original_id=row.id,
        user_id=0 if call else PORTAL_USER_ID,
    )
    books.add_transaction(made)
    enter_batch(books, made, now)
    record(books, "refund" if type is TransactionType.REFUND else "void", made, now, call)
    return made


def _refuse(row: AchTransaction, why: str) -> NoReturn:
    raise message_error(f"Transaction #{row.id} {why}.")


def _message(text: str) -> Reply:
    return Reply(200, {"message": text})
