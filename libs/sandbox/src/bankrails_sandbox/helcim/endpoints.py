"""Every endpoint that is served, with what a token needs for it and in which shape it complains."""

from collections.abc import Callable
from dataclasses import dataclass

from bankrails_sandbox.helcim import bank_accounts, batches, customers, listing, pads, transactions
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.merchants import General, Processing, Token
from bankrails_sandbox.helcim.replies import ErrorShape
from bankrails_sandbox.vendor_api import Reply


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`operation` is how faults and the control API name it. `path` is below the vendor's base, which ends in /v2."""

    operation: str
    method: str
    path: str
    handle: Callable[[Books, Call], Reply]
    shape: ErrorShape
    general: General = General.NONE
    processing: Processing = Processing.NONE
    keyed: bool = False

    def permits(self, token: Token) -> bool:
        return token.general >= self.general and token.processing >= self.processing


def connection_test(_books: Books, _call: Call) -> Reply:
    return Reply(200, {"message": "Connected Successfully"})


READ, WRITE = General.READ, General.READ_WRITE
TEXT, MESSAGE = ErrorShape.TEXT, ErrorShape.MESSAGE
CUSTOMER = "/customers/{customer_id}"
ACCOUNTS = CUSTOMER + "/bank-accounts"
ACCOUNT = ACCOUNTS + "/{bank_account_id}"
PAD = ACCOUNT + "/pads/{pad_id}"

# Order matters once: request-new stands before the bank account whose id it could be.
ENDPOINTS = (
    Endpoint("connection-test", "GET", "/connection-test", connection_test, TEXT),
    Endpoint(
        "withdraw", "PUT", "/ach/withdraw", transactions.withdraw, MESSAGE, processing=Processing.POSITIVE, keyed=True
    ),
    Endpoint(
        "list-transactions",
        "GET",
        "/ach/transactions",
        listing.list_transactions,
        MESSAGE,
        processing=Processing.AUTH,
    ),
    Endpoint(
        "get-transaction",
        "GET",
        "/ach/transactions/{transaction_id}",
        transactions.get_transaction,
        MESSAGE,
        processing=Processing.AUTH,
    ),
    Endpoint("list-batches", "GET", "/ach/batches", batches.list_batches, MESSAGE, processing=Processing.AUTH),
    Endpoint(
        "settle-batch",
        "PUT",
        "/ach/batches/{batch_id}/settle",
        batches.settle_batch,
        MESSAGE,
        processing=Processing.POSITIVE,
        keyed=True,
    ),
    Endpoint("list-customers", "GET", "/customers", customers.list_customers, TEXT, READ),
    Endpoint("create-customer", "POST", "/customers", customers.create_customer, TEXT, WRITE),
    Endpoint("get-customer", "GET", CUSTOMER, customers.get_customer, TEXT, READ),
    Endpoint("update-customer", "PUT", CUSTOMER, customers.update_customer, TEXT, WRITE),
    Endpoint("list-bank-accounts", "GET", ACCOUNTS, bank_accounts.list_bank_accounts, TEXT, READ),
    Endpoint("create-bank-account", "POST", ACCOUNTS, bank_accounts.create_bank_account, MESSAGE, WRITE),
    # A GET, and yet it needs the right to write: it mails the customer.
    Endpoint(
        "request-bank-account", "GET", ACCOUNTS + "/request-new", bank_accounts.request_bank_account, MESSAGE, WRITE
    ),
    Endpoint("get-bank-account", "GET", ACCOUNT, bank_accounts.get_bank_account, TEXT, READ),
    Endpoint("delete-bank-account", "DELETE", ACCOUNT, bank_accounts.delete_bank_account, MESSAGE, WRITE),
    Endpoint(
        "set-default-bank-account",
        "PATCH",
        ACCOUNT + "/default",
        bank_accounts.set_default_bank_account,
        TEXT,
        WRITE,
    ),
    Endpoint("list-pads", "GET", CUSTOMER + "/pads", pads.list_pads, MESSAGE, READ),
    Endpoint("get-pad", "GET", PAD, pads.get_pad, MESSAGE, READ),
    Endpoint("update-pad", "PUT", PAD, pads.update_pad, MESSAGE, WRITE),
)
OPERATIONS = frozenset(endpoint.operation for endpoint in ENDPOINTS)
