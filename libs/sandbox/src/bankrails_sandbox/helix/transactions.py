"""`transaction/get`, `getByTag` and `list`, and how a transaction reads."""

from datetime import datetime, time
from typing import Any

from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.money import Transaction, TransactionStatus
from bankrails_sandbox.helix.reading import page_of
from bankrails_sandbox.helix.timestamps import stamp

ANY_STATUS = "all"
DATE_LENGTH = len("2024-03-14")


def get_transaction(books: Books, call: Call) -> Reply:
    return _one(books, call, books.ledger.transactions.get(call.path_id("transaction_id") or 0))


def get_transaction_by_tag(books: Books, call: Call) -> Reply:
    return _one(books, call, books.ledger.by_tag.get(call.path["tag"]))


def list_transactions(books: Books, call: Call) -> Reply:
    """Of one account, own or outside, made from `begin` to `end`. Newest last."""
    customer_id, account_id = call.path_id("customer_id"), call.path_id("account_id")
    wanted = call.path["status"].lower()
    if wanted not in (ANY_STATUS, *(status.lower() for status in TransactionStatus)):
        raise Refused(Problem(books.assumptions.unusable_body_code, "The status is unknown."))
    begin, end = _bound(books, call, "begin")[0], _bound(books, call, "end")[1]
    rows = [
        transaction_json(each)
        for each in books.ledger.transactions.values()
        if each.customer_id == customer_id
        and account_id in (each.external_account_id, each.account.id if each.account else None)
        and wanted in (ANY_STATUS, each.status.lower())
        and begin <= each.created_at <= end
    ]
    return Reply(page_of(call, rows))


def transaction_json(transaction: Transaction) -> dict[str, Any]:
    return {
        "transactionId": transaction.id,
        "masterId": transaction.master_id,
        "tag": transaction.tag,
        "typeCode": transaction.type_code,
        "status": TransactionStatus(transaction.status).value,
        # A float only here, at the edge, where JSON has no other fraction.
        "amount": transaction.amount_minor / 100,
        "createdDate": stamp(transaction.created_at),
        "settledDate": _at(transaction.settled_at),
        "voidedDate": _at(transaction.voided_at),
        "availableDate": _at(transaction.settled_at),
        "returnCode": transaction.return_code,
        "isCredit": transaction.is_credit,
    }


def _one(books: Books, call: Call, transaction: Transaction | None) -> Reply:
    """Another customer's is as unknown as none."""
    if transaction is None or transaction.customer_id != call.path_id("customer_id"):
        raise Refused(Problem(books.assumptions.unknown_transaction_code, "The transaction is unknown."))
    return Reply(transaction_json(transaction))


def _bound(books: Books, call: Call, name: str) -> tuple[datetime, datetime]:
    """The first and the last instant of what the path says: a date in the program's zone, or an instant."""
    said = call.path[name]
    try:
        instant = datetime.fromisoformat(said)
    except ValueError as error:
        raise Refused(Problem(books.assumptions.unusable_body_code, f"The {name} date is none.")) from error
    instant = instant if instant.tzinfo else instant.replace(tzinfo=books.zone)
    if len(said) > DATE_LENGTH:
        return instant, instant
    return instant, datetime.combine(instant, time.max, tzinfo=books.zone)


def _at(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
