"""`PUT /ach/withdraw` and reading one transaction. The checks stand in the order in which the vendor makes them.

Receiving a transaction does not mean that money moved, and a debit without a usable PAD succeeds and stays pending.
Source: Helcim guide, ACH Payment API; devdocs.helcim.com/docs/pad-agreements.
"""

from datetime import datetime
from typing import Any

from bankrails_sandbox.helcim.batches import enter_batch
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.merchants import Currency
from bankrails_sandbox.helcim.payload import amount_minor, dollars, one_of, require_object, whole_number
from bankrails_sandbox.helcim.records import AchTransaction, StatusAuth, StatusBatch, TransactionType
from bankrails_sandbox.helcim.replies import ErrorShape, message_error
from bankrails_sandbox.helcim.timestamps import stamp
from bankrails_sandbox.vendor_api import Reply


def withdraw(books: Books, call: Call) -> Reply:
    body = require_object(call.body, ErrorShape.MESSAGE)
    bank_account_id = whole_number(body, "bankAccountId")
    customer_id = whole_number(body, "customerId")
    amount = amount_minor(body, "amount", books.assumptions.amount_minor_max)
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
    if account.deleted:
        raise message_error("Invalid payload: bank account is deleted")

    authorized = books.active_pad(account.id) is not None
    transaction = AchTransaction(
        id=next(books.ids.transactions),
        customer_id=customer_id,
        bank_account_id=account.id,
        type=TransactionType.WITHDRAWAL,
        amount_minor=amount,
        currency=currency,
        auth=StatusAuth.APPROVED if authorized else StatusAuth.PENDING,
        created_at=call.now,
        order_id=order_id,
    )
    books.transactions[transaction.id] = transaction
    account.last_used_at = call.now
    if authorized:
        enter_batch(books, transaction, call.now)
    else:
        books.add_pending(transaction)
    books.record(
        "withdraw", transaction.id, call.now, call.id, transaction=transaction, idempotency_key=call.idempotency_key
    )
    return Reply(200, {"transaction": transaction_json(books, transaction)})


def get_transaction(books: Books, call: Call) -> Reply:
    """An unknown id is 400: no 404 is declared for anything under /ach."""
    transaction = books.transactions.get(call.path_id("transaction_id") or 0)
    if transaction is None:
        raise message_error("Transaction not found.")
    body = read_json(books, transaction)
    return Reply(200, {"transaction": body} if books.assumptions.wrap_single_transaction else body)


def decline(books: Books, transaction: AchTransaction, now: datetime) -> None:
    """What a bank or processor decides: pending or approved in an open batch. Raises ValueError for any other row."""
    batch = books.batches.get(transaction.batch_id)
    open_still = batch is None or batch.closed_at is None
    if transaction.auth not in (StatusAuth.PENDING, StatusAuth.APPROVED) or not open_still:
        raise ValueError(f"transaction {transaction.id} is final or in a closed batch")
    transaction.auth = StatusAuth.DECLINED
    books.record("decline", transaction.id, now, None, transaction=transaction)


def transaction_json(books: Books, transaction: AchTransaction) -> dict[str, Any]:
    batch = books.batches.get(transaction.batch_id)
    shows_code = books.assumptions.return_code_in_response_message
    return {
        "id": transaction.id,
        "merchantId": books.merchant.id,
        "orderId": transaction.order_id,
        "dateCreated": stamp(transaction.created_at, books.zone),
        "statusAuth": int(transaction.auth),
        "statusClearing": int(transaction.clearing),
        "userId": 0,
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
