"""A transaction from status to status: Initiated → Pending (in the Nacha file) → Settled, or Voided before that.

Files are made once an hour and settle on the hour, as in the vendor's sandbox. A debit of an internal account is taken at
once, a credit is given when it settles. What returns is a new transaction; the one that came back stays Settled.
"""

from datetime import UTC, datetime, timedelta

from bankrails_sandbox.effects import Effect
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.money import OPEN, InternalAccount, Transaction, TransactionStatus
from bankrails_sandbox.helix.records import ExternalAccount

HOUR = timedelta(hours=1)


def open_transaction(
    books: Books,
    external: ExternalAccount,
    amount_minor: int,
    now: datetime,
    call_id: int | None,
    *,
    is_credit: bool,
    account: InternalAccount | None = None,
    tag: str | None = None,
    returned: Transaction | None = None,
    return_code: str | None = None,
) -> Transaction:
    """Initiated, and nothing planned. `returned` is the one that this one brings back."""
    id = books.ledger.next_id()
    transaction = Transaction(
        id=id,
        master_id=id if returned is None else returned.master_id,
        customer_id=external.customer_id,
        external_account_id=external.id,
        account=account,
        type_code=_type_code(books, is_credit=is_credit, returned=returned),
        is_credit=is_credit,
        amount_minor=amount_minor,
        status=TransactionStatus.INITIATED,
        created_at=now,
        tag=tag,
        return_code=return_code,
    )
    books.ledger.add(transaction)
    external.pending_transactions += 1
    if account is not None and not is_credit:
        account.balance_minor -= amount_minor
    record(books, transaction, now, call_id)
    return transaction


def plan(books: Books, transaction: Transaction, now: datetime) -> None:
    """Into the next file, and settled on the hour after it."""
    file_at = next_file(now, books.assumptions.file_minutes_past)

    def into_file(at: datetime) -> None:
        transaction.status = TransactionStatus.PENDING
        record(books, transaction, at, None)
        settles_at = at.replace(minute=0, second=0, microsecond=0) + HOUR
        transaction.next_step = books.agenda.add(settles_at, lambda then: settle(books, transaction, then))

    transaction.next_step = books.agenda.add(file_at, into_file)


def settle(books: Books, transaction: Transaction, at: datetime, *, settled_at: datetime | None = None) -> None:
    """An open one. `settled_at`: the bank dates it otherwise than now."""
    _close(books, transaction)
    transaction.status, transaction.settled_at = TransactionStatus.SETTLED, settled_at or at
    if transaction.account is not None and transaction.is_credit:
        transaction.account.balance_minor += transaction.amount_minor
    external = books.accounts[transaction.external_account_id]
    external.last_settled_at = max(transaction.settled_at, external.last_settled_at or transaction.settled_at)
    record(books, transaction, at, None)


def void(books: Books, transaction: Transaction, at: datetime, call_id: int | None) -> None:
    """An open one; what was taken is given back."""
    _close(books, transaction)
    transaction.status, transaction.voided_at = TransactionStatus.VOIDED, at
    if transaction.account is not None and not transaction.is_credit:
        transaction.account.balance_minor += transaction.amount_minor
    record(books, transaction, at, call_id)


def send_back(books: Books, returned: Transaction, code: str, at: datetime) -> Transaction:
    """The other bank returns a settled one: a new transaction, the other way round, settled at once. It can overdraw."""
    external = books.accounts[returned.external_account_id]
    back = open_transaction(
        books,
        external,
        returned.amount_minor,
        at,
        None,
        is_credit=not returned.is_credit,
        account=returned.account,
        returned=returned,
        return_code=code,
    )
    settle(books, back, at)
    return back


def next_file(now: datetime, minutes_past: int) -> datetime:
    """The first instant after `now` that is so many minutes past an hour."""
    this_hour = now.astimezone(UTC).replace(minute=minutes_past, second=0, microsecond=0)
    return this_hour if this_hour > now else this_hour + HOUR


def record(books: Books, transaction: Transaction, at: datetime, call_id: int | None) -> None:
    """Under the transaction's id and tag."""
    books.log.record(
        Effect(
            number=0,
            kind=f"helix.transaction.{transaction.status.lower()}",
            id=transaction.id,
            merchant=books.program.name,
            at=at,
            customer_id=transaction.customer_id,
            bank_account_id=transaction.external_account_id,
            amount_minor=transaction.amount_minor,
            currency="USD",
            idempotency_key=transaction.tag,
            detail=transaction.return_code or transaction.type_code,
            call_ids=[] if call_id is None else [call_id],
        )
    )


def _type_code(books: Books, *, is_credit: bool, returned: Transaction | None) -> str:
    """RTNDEP brings a deposit back, RTNWTH a withdrawal."""
    if returned is not None:
        return "RTNDEP" if returned.is_credit else "RTNWTH"
    return books.assumptions.deposit_type_code if is_credit else books.assumptions.withdrawal_type_code


def _close(books: Books, transaction: Transaction) -> None:
    assert transaction.status in OPEN, "settled and voided are ends"  # noqa: S101
    if transaction.next_step is not None:
        transaction.next_step.cancel()
    books.accounts[transaction.external_account_id].pending_transactions -= 1
