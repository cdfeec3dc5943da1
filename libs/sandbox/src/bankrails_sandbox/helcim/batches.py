"""A merchant's daily batch: opens with the first transaction, closes at 17:00 by the merchant's wall clock, or earlier
when the merchant settles it. Reading and settling batches.

Source: Helcim guide, ACH Payment API; Helcim OpenAPI. Closing on every calendar day, a new batch only with the next
transaction, the order of the list, and that a batch without an approved row cannot be settled are assumptions.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.payload import dollars
from bankrails_sandbox.helcim.records import AchTransaction, Batch, BatchTotals, StatusAuth, TransactionType
from bankrails_sandbox.helcim.replies import message_error
from bankrails_sandbox.helcim.settlement import enter_settlement
from bankrails_sandbox.helcim.timestamps import stamp
from bankrails_sandbox.vendor_api import Reply

ONE_DAY = timedelta(days=1)


def next_close(books: Books, after: datetime) -> datetime:
    """The first close strictly after that instant. By the wall clock, so it is 17:00 on both sides of a DST change."""
    zone = ZoneInfo(books.merchant.timezone)
    local = after.astimezone(zone)
    day = local.date()
    while True:
        close = datetime.combine(day, books.close_time, zone)
        rests = books.assumptions.close_on_banking_days_only and not books.banking_days.is_open(day)
        if close.astimezone(UTC) > after and not rests:
            return close.astimezone(UTC)
        day += ONE_DAY


def enter_batch(books: Books, transaction: AchTransaction, now: datetime) -> None:
    batch = books.open_batch or _open(books, now)
    transaction.batch_id = batch.id
    transaction.approved_at = now
    batch.transaction_ids.append(transaction.id)


def list_batches(books: Books, _call: Call) -> Reply:
    """All of them, newest first, without pages."""
    batches = [batch_json(books, batch) for batch in reversed(books.batches.values())]
    return Reply(200, {"batches": batches} if books.assumptions.wrap_batches else batches)


def settle_batch(books: Books, call: Call) -> Reply:
    """Closes it before its time; its rows clear as those of any other."""
    batch = books.batches.get(call.path_id("batch_id") or 0)
    if batch is None:
        raise message_error("ACH batch not found.")
    if batch.closed_at is not None:
        raise message_error(f"ACH batch ID #{batch.id} is already closed.")
    if not approved(books, batch) and not books.assumptions.settle_empty_batch:
        raise message_error(f"ACH batch ID #{batch.id} has no transactions to settle.")
    _close(books, batch, call.now, call)
    return Reply(200, {"message": f"Successfully settled ACH batch ID #{batch.id}."})


def approved(books: Books, batch: Batch) -> list[AchTransaction]:
    rows = (books.transactions[id] for id in batch.transaction_ids)
    return [row for row in rows if row.auth is StatusAuth.APPROVED]


def totals(books: Books, batch: Batch) -> BatchTotals:
    """By the rows' kinds. A row that was declined is in no total; one that is returned after the close stays in them."""
    if batch.totals is not None:
        return batch.totals
    amounts: dict[TransactionType, list[int]] = {kind: [] for kind in TransactionType}
    for row in _counted(books, batch):
        amounts[row.type].append(row.amount_minor)
    withdrawn, deposited = amounts[TransactionType.WITHDRAWAL], amounts[TransactionType.DEPOSIT]
    reversed_, refunded = amounts[TransactionType.REVERSE], amounts[TransactionType.REFUND]
    found = BatchTotals(
        amount_withdrawals_minor=sum(withdrawn),
        count_withdrawals=len(withdrawn),
        amount_deposits_minor=sum(deposited),
        count_deposits=len(deposited),
        amount_reversed_minor=sum(reversed_),
        count_reversed=len(reversed_),
        amount_refunded_minor=sum(refunded),
        count_refunded=len(refunded),
    )
    if batch.closed_at is not None:
        batch.totals = found
    return found


def batch_json(books: Books, batch: Batch) -> dict[str, Any]:
    shown = totals(books, batch).plus(batch.wrong_by)
    reference = {"batchReference": f"ach-{batch.id}"} if books.assumptions.batch_reference_field else {}
    return {
        "batchId": batch.id,
        **reference,
        "merchantId": books.merchant.id,
        "statusBatch": int(batch.status),
        "amountWithdrawals": dollars(shown.amount_withdrawals_minor),
        "countWithdrawals": shown.count_withdrawals,
        "amountDeposits": dollars(shown.amount_deposits_minor),
        "countDeposits": shown.count_deposits,
        "amountReversed": dollars(shown.amount_reversed_minor),
        "countReversed": shown.count_reversed,
        "amountRefunded": dollars(shown.amount_refunded_minor),
        "countRefunded": shown.count_refunded,
        "dateOpened": stamp(batch.opened_at, books.zone),
        "dateClosed": stamp(batch.closed_at, books.zone),
    }


def _counted(books: Books, batch: Batch) -> Iterator[AchTransaction]:
    given = books.assumptions
    for id in batch.transaction_ids:
        row = books.transactions[id]
        stands = row.auth is StatusAuth.APPROVED
        if row.type is TransactionType.WITHDRAWAL:
            # In a batch at all, a cancelled debit is one that was voided.
            stands |= given.voided_debit_in_totals and row.auth is StatusAuth.CANCELLED
        elif row.type in (TransactionType.REVERSE, TransactionType.REFUND):
            stands &= given.undo_rows_in_totals
        if stands:
            yield row


def _open(books: Books, now: datetime) -> Batch:
    closes_at = next_close(books, now)
    batch = Batch(next(books.ids.batches), now, closes_at)
    books.batches[batch.id] = books.open_batch = batch

    def close(due_at: datetime) -> None:
        if batch.closed_at is None:
            _close(books, batch, due_at)

    books.agenda.add(closes_at, close)
    return batch


def _close(books: Books, batch: Batch, at: datetime, call: Call | None = None) -> None:
    batch.closed_at = at
    books.open_batch = None
    call_id, key = (call.id, call.idempotency_key) if call else (None, None)
    if call:
        books.record("settle-batch", batch.id, at, call_id, idempotency_key=key)
    books.record("close-batch", batch.id, at, call_id, idempotency_key=key)
    enter_settlement(books, batch)
    if not books.assumptions.opens_with_transaction:
        _open(books, at)
