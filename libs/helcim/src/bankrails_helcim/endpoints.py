"""The vendor's endpoints that we call. What a call does there is not readable from its method, so it is said here.

Source: Helcim OpenAPI 2.2.0, paths; Helcim guide: ACH Payment API.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Effect(Enum):
    """What a call leaves behind at the vendor, and with that what silence means."""

    NONE = "none"
    """A read: no answer means that we know nothing new, and asking again is free."""
    KEYED = "keyed"
    """Needs an idempotency key, which the vendor forgets after KEY_LIFE."""
    UNKEYED = "unkeyed"
    """Takes no key: a repeat is a second effect, so look first."""


KEY_LIFE = timedelta(minutes=5)
"""From submission; afterwards the same key is a new debit. Source: devdocs.helcim.com/docs/idempotency."""
KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{25,36}")
"""Once exactly 25 letters and digits (guide), now 25 to 36 with `-` and `_` (OpenAPI): 25 alphanumerics fit both."""

CUSTOMERS_PER_PAGE_MAX = 100
TRANSACTIONS_PER_PAGE_MAX = 125
"""Both are the vendor's defaults as well. Source: Helcim OpenAPI."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    operation: str
    """Our name for it, in errors and metrics."""
    method: str
    path: str
    """Relative to the base address, which ends in `/v2`; ids in braces."""
    effect: Effect

    @property
    def writes(self) -> bool:
        return self.effect is not Effect.NONE


_CUSTOMER = "customers/{customer_id}"
_BANK_ACCOUNTS = _CUSTOMER + "/bank-accounts"
_BANK_ACCOUNT = _BANK_ACCOUNTS + "/{bank_account_id}"
_PAD = _BANK_ACCOUNT + "/pads/{pad_id}"
_TRANSACTION = "ach/transactions/{transaction_id}"

CONNECTION_TEST = Endpoint("connection_test", "GET", "connection-test", Effect.NONE)

LIST_CUSTOMERS = Endpoint("list_customers", "GET", "customers", Effect.NONE)
GET_CUSTOMER = Endpoint("get_customer", "GET", _CUSTOMER, Effect.NONE)
CREATE_CUSTOMER = Endpoint("create_customer", "POST", "customers", Effect.UNKEYED)
UPDATE_CUSTOMER = Endpoint("update_customer", "PUT", _CUSTOMER, Effect.UNKEYED)

LIST_BANK_ACCOUNTS = Endpoint("list_bank_accounts", "GET", _BANK_ACCOUNTS, Effect.NONE)
GET_BANK_ACCOUNT = Endpoint("get_bank_account", "GET", _BANK_ACCOUNT, Effect.NONE)
CREATE_BANK_ACCOUNT = Endpoint("create_bank_account", "POST", _BANK_ACCOUNTS, Effect.UNKEYED)
SET_DEFAULT_BANK_ACCOUNT = Endpoint("set_default_bank_account", "PATCH", _BANK_ACCOUNT + "/default", Effect.UNKEYED)
DELETE_BANK_ACCOUNT = Endpoint("delete_bank_account", "DELETE", _BANK_ACCOUNT, Effect.UNKEYED)
REQUEST_NEW = Endpoint("request_new", "GET", _BANK_ACCOUNTS + "/request-new", Effect.UNKEYED)
"""A GET that mails the payer. No retry, no prefetch and no cache may take it for a read."""

LIST_PADS = Endpoint("list_pads", "GET", _CUSTOMER + "/pads", Effect.NONE)
GET_PAD = Endpoint("get_pad", "GET", _PAD, Effect.NONE)
UPDATE_PAD = Endpoint("update_pad", "PUT", _PAD, Effect.UNKEYED)

WITHDRAW = Endpoint("withdraw", "PUT", "ach/withdraw", Effect.KEYED)
LIST_TRANSACTIONS = Endpoint("list_transactions", "GET", "ach/transactions", Effect.NONE)
GET_TRANSACTION = Endpoint("get_transaction", "GET", _TRANSACTION, Effect.NONE)
REFUND = Endpoint("refund", "PUT", _TRANSACTION + "/refund", Effect.KEYED)
VOID = Endpoint("void", "PUT", _TRANSACTION + "/void", Effect.KEYED)
CANCEL = Endpoint("cancel", "PATCH", _TRANSACTION + "/cancel", Effect.KEYED)
"""PATCH, where refund and void are PUT."""
LIST_BATCHES = Endpoint("list_batches", "GET", "ach/batches", Effect.NONE)
SETTLE_BATCH = Endpoint("settle_batch", "PUT", "ach/batches/{batch_id}/settle", Effect.KEYED)
