"""Every endpoint that is served, with what a token needs for it and in which shape it complains."""

from collections.abc import Callable
from dataclasses import dataclass

from bankrails_sandbox.helcim import bank_accounts, batches, customers, listing, pads, transactions, undo
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.levels import General, Processing
from bankrails_sandbox.helcim.merchants import Token
from bankrails_sandbox.helcim.replies import ErrorShape
from bankrails_sandbox.vendor_api import Reply

Need = General | Processing


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`operation` is how faults and the control API name it. `path` is below the vendor's base, which ends in /v2.
    `needs` is a function where the vendor does not say."""

    operation: str
    method: str
    path: str
    handle: Callable[[Books, Call], Reply]
    shape: ErrorShape
    needs: Need | Callable[[Assumptions], Need]
    keyed: bool = False

    def permits(self, token: Token, assumptions: Assumptions) -> bool:
        needed = self.needs(assumptions) if callable(self.needs) else self.needs
        return (token.general if isinstance(needed, General) else token.processing) >= needed


def connection_test(_books: Books, _call: Call) -> Reply:
    return Reply(200, {"message": "Connected Successfully"})


ANY, READ, WRITE = General.NONE, General.READ, General.READ_WRITE
TEXT, MESSAGE = ErrorShape.TEXT, ErrorShape.MESSAGE
CUSTOMER = "/customers/{customer_id}"
ACCOUNTS = CUSTOMER + "/bank-accounts"
ACCOUNT = ACCOUNTS + "/{bank_account_id}"
PAD = ACCOUNT + "/pads/{pad_id}"
TRANSACTIONS = "/ach/transactions"
TRANSACTION = TRANSACTIONS + "/{transaction_id}"


def ach_reads(given: Assumptions) -> Need:
    return given.ach_reads_need


ACH = (
    Endpoint("withdraw", "PUT", "/ach/withdraw", transactions.withdraw, MESSAGE, Processing.POSITIVE, keyed=True),
    Endpoint("list-transactions", "GET", TRANSACTIONS, listing.list_transactions, MESSAGE, ach_reads),
    Endpoint("get-transaction", "GET", TRANSACTION, transactions.get_transaction, MESSAGE, ach_reads),
    Endpoint("refund", "PUT", TRANSACTION + "/refund", undo.refund, MESSAGE, Processing.ADMIN, keyed=True),
    Endpoint("void", "PUT", TRANSACTION + "/void", undo.void, MESSAGE, lambda given: given.void_needs, keyed=True),
    Endpoint(
        "cancel", "PATCH", TRANSACTION + "/cancel", undo.cancel, MESSAGE, lambda given: given.cancel_needs, keyed=True
    ),
    Endpoint("list-batches", "GET", "/ach/batches", batches.list_batches, MESSAGE, ach_reads),
    Endpoint(
        "settle-batch",
        "PUT",
        "/ach/batches/{batch_id}/settle",
        batches.settle_batch,
        MESSAGE,
        lambda given: given.settle_needs,
        keyed=True,
    ),
)
# Order matters once: request-new stands before the bank account whose id it could be.
ENDPOINTS = (
    Endpoint("connection-test", "GET", "/connection-test", connection_test, TEXT, ANY),
    *ACH,
    Endpoint("list-customers", "GET", "/customers", customers.list_customers, TEXT, READ),
    Endpoint("create-customer", "POST", "/customers", customers.create_customer, TEXT, WRITE),
    Endpoint("get-customer", "GET", CUSTOMER, customers.get_customer, TEXT, READ),
    Endpoint("update-customer", "PUT", CUSTOMER, customers.update_customer, TEXT, WRITE),
    Endpoint("list-bank-accounts", "GET", ACCOUNTS, bank_accounts.list_bank_accounts, TEXT, READ),
    Endpoint("create-bank-account", "POST", ACCOUNTS, bank_accounts.create_bank_account, MESSAGE, WRITE),
    Endpoint(
        "request-bank-account",
        "GET",
        ACCOUNTS + "/request-new",
        bank_accounts.request_bank_account,
        MESSAGE,
        lambda given: given.request_new_needs,
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
