"""`PUT /ach/withdraw` and reading one transaction. The checks stand in the order in which the vendor makes them.

Receiving a transaction does not mean that money moved, and a debit without a usable PAD succeeds and stays pending.
Source: Helcim guide, ACH Payment API; devdocs.helcim.com/docs/pad-agreements.
"""

from datetime import datetime
from typing import Any

from bankrails_sandbox.helcim.batches import enter_batch
from bankrails_sandbox.helcim.books import PORTAL_USER_ID, Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.merchants import Currency
from bankrails_sandbox.helcim.payload import amount_minor, dollars, one_of, require_object, whole_number
from bankrails_sandbox.helcim.records import AchTransaction, BankAccount, StatusAuth, StatusBatch, TransactionType
from bankrails_sandbox.helcim.replies import ErrorShape, message_error
from bankrails_sandbox.helcim.timestamps import stamp
from bankrails_sandbox.vendor_api import Reply


def withdraw(books: Books, call: Call) -> Reply:
    body = require_object(call.body, ErrorShape.MESSAGE)
    bank_account_id = whole_number(body, "bankAccountId")
    customer_id = whole_number(body, "customerId")
    given = books.assumptions
    amount = amount_minor(body, "amount", given.amount_minor_max, third_decimal_refused=given.third_decimal_refused)
    currency = Currency(one_of(body, "currencyId", tuple(Currency)))
    order_id = whole_number(body, "orderId") if body.get("orderId") is not None else 0

    if not books.merchant.deposit_account_approved:
        raise message_error("An approved deposit bank account is required to process ACH transactions.")
    if customer_id not in books.customers:
        raise message_error("Invalid payload: customer not found")
    account = books.bank_accounts.get(bank_account_id)
    if account is None or account.customer_id != customer_id:
        raise message_error("Invalid payload: bank account not found")
    # The vendor speaks of the country even when it is the currency that is wrong.
    if currency is not books.merchant.currency or account.country is not books.merchant.country:
        raise message_error("Invalid payload: bank account country is invalid")
    if account.deleted and given.deleted_account_refused:
        raise message_error("Invalid payload: bank account is deleted")
    row = debit(books, account, amount, call.now, call, order_id=order_id)
    return Reply(200, {"transaction": transaction_json(books, row)})


def debit(
    books: Books, account: BankAccount, amount_minor: int, now: datetime, call: Call | None, *, order_id: int = 0
) -> AchTransaction:
    """`call` is None for what is made in the vendor's portal. Without a usable PAD it is pending."""
    authorized = books.active_pad(account.id) is not None
    row = AchTransaction(
        id=next(books.ids.transactions),
        customer_id=account.customer_id,
        bank_account_id=account.id,
        type=TransactionType.WITHDRAWAL,
        amount_minor=amount_minor,
        currency=books.merchant.currency,
        auth=StatusAuth.APPROVED if authorized else StatusAuth.PENDING,
        created_at=now,
        order_id=order_id,
        user_id=0 if call else PORTAL_USER_ID,
    )
    books.add_transaction(row)
    account.last_used_at = now
    if authorized:
        enter_batch(books, row, now)
    else:
        books.add_pending(row)
    record(books, "withdraw", row, now, call)
    return row


def record(books: Books, kind: str, row: AchTransaction, now: datetime, call: Call | None) -> None:
    """`call` is None for what is done in the vendor's portal."""
    if call is None:
        books.record(kind, row.id, now, None, transaction=row, detail="portal")
    else:
        books.record(kind, row.id, now, call.id, transaction=row, idempotency_key=call.idempotency_key)


def known_transaction(books: Books, call: Call) -> AchTransaction:
    """Raises Refused. An unknown id is 400: no 404 is declared for anything under /ach."""
    row = books.transactions.get(call.path_id("transaction_id") or 0)
    if row is None or row.hidden:
        raise message_error("Transaction not found.")
    return row


def get_transaction(books: Books, call: Call) -> Reply:
    body = read_json(books, known_transaction(books, call))
    return Reply(200, {"transaction": body} if books.assumptions.wrap_single_transaction else body)


def transaction_json(books: Books, transaction: AchTransaction) -> dict[str, Any]:
    batch = books.batches.get(transaction.batch_id)
    shows_code = books.assumptions.return_code_in_response_message
    return {
        "id": transaction.id,
        "merchantId": books.merchant.id,
        "orderId": transaction.order_id or books.assumptions.no_order_id,
        "dateCreated": stamp(transaction.created_at, books.zone),
        "statusAuth": int(transaction.auth),
        "statusClearing": int(transaction.clearing),
        "userId": transaction.user_id,
        "batchId": transaction.batch_id,
        "bankAccountId": transaction.bank_account_id,
        books.assumptions.l4l4_field: l4l4(books, transaction),
        "transactionType": int(transaction.type),
        "amount": dollars(transaction.amount_minor),
        "currency": int(transaction.currency),
        "approvalCode": "",
        "test": int(books.merchant.test_account),
        "acquirerTransactionId": "",
        "responseMessage": (transaction.return_code or "") if shows_code else "",
        "payFacTransactionId": 0,
        "originalTransactionId": transaction.original_id,
        "statusBatch": int(batch.status if batch else StatusBatch.OPEN),
        "dateClosed": stamp(batch.closed_at if batch else None, books.zone),
    }


def read_json(books: Books, transaction: AchTransaction) -> dict[str, Any]:
    """Both reads carry two fields more than the answer to a withdraw (changelog of mid-2026)."""
    return transaction_json(books, transaction) | {
        "customerCode": books.customers[transaction.customer_id].code,
        "invoiceNumber": f"INV{transaction.order_id}" if transaction.order_id else "",
    }


def l4l4(books: Books, transaction: AchTransaction) -> int:
    """Last four of routing (in Canada, transit) and of account, as an int: leading zeros are lost, as at the vendor."""
    account = books.bank_accounts[transaction.bank_account_id]
    return int((account.routing or account.transit)[-4:] + account.number_l4)
