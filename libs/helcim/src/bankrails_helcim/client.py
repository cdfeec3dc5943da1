"""The vendor's HTTP API: one method per endpoint, one call per method, no judgement and no repeats.

Every method raises VendorRejected, VendorUnavailable or, where the call has an effect, OutcomeUnknown; errors.py says
which answer is which. A method without effect never raises OutcomeUnknown.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx2
from bankrails_vendor_http.client import Answer, exchange
from bankrails_vendor_http.errors import VendorUnavailable
from bankrails_vendor_http.json_api import read_json

from bankrails_helcim import endpoints
from bankrails_helcim.batch import AchBatch
from bankrails_helcim.bodies import NewBankAccount, NewCustomer
from bankrails_helcim.endpoints import KEY_PATTERN, TRANSACTIONS_PER_PAGE_MAX, Endpoint
from bankrails_helcim.errors import failure, unreadable
from bankrails_helcim.mapping import AuthStatus, ClearingStatus
from bankrails_helcim.money import dollars
from bankrails_helcim.mountain_time import MOUNTAIN_TIME
from bankrails_helcim.wire import (
    AchTransaction,
    BankAccount,
    Customer,
    NewBankAccountId,
    Pad,
    Wire,
    read_many,
    read_one,
)

CALL_DEADLINE_SECONDS = 25.0
"""Under the thirty seconds that a worker gives a whole piece of work, so that the call's own end is the one seen."""

PAGES_MAX = 100
"""12,500 payments in one search: more is not a look-up but a mistake in its dates."""

OnQuota = Callable[[str, int | None, int | None], None]
"""(merchant_id, left of this minute, left of this hour); None where the answer does not say."""

_Model = TypeVar("_Model", bound=Wire)


@dataclass(frozen=True, slots=True)
class MerchantAccess:
    merchant_id: str
    token: str = field(repr=False)
    """An API token of that merchant with the rights that the call needs; shown by its last four characters at most."""

    def __post_init__(self) -> None:
        # A stray newline from a secrets file would fail inside the HTTP library, half-way into a debit.
        if not self.token or not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise ValueError(f"the Helcim token of {self.merchant_id} is empty or holds characters that no token has")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionFilter:
    """What the vendor filters by, all of it optional.

    For a look-up that decides whether to send money again, give dates alone and compare the rest here: a status can
    change between two pages, and how the vendor compares its amounts is not documented.
    """

    start_on: date | None = None
    end_on: date | None = None
    """Both inclusive, on the vendor's date of creation (mountain_time.wall_date)."""
    amount_min_minor: int | None = None
    amount_max_minor: int | None = None
    status_auth: Sequence[AuthStatus] = ()
    status_clearing: Sequence[ClearingStatus] = ()
    search: str | None = None
    """Id, bank account digits, order id, batch id, contact or business name."""

    def query(self) -> dict[str, str]:
        texts = {
            "startDate": self.start_on and self.start_on.isoformat(),
            "endDate": self.end_on and self.end_on.isoformat(),
            "amountMin": None if self.amount_min_minor is None else dollars(self.amount_min_minor),
            "amountMax": None if self.amount_max_minor is None else dollars(self.amount_max_minor),
            "statusAuth": ",".join(self.status_auth),
            "statusClearing": ",".join(self.status_clearing),
            "search": self.search,
        }
        return {name: text for name, text in texts.items() if text}


class HelcimClient:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        on_quota: OnQuota | None = None,
        zone: ZoneInfo = MOUNTAIN_TIME,
        deadline_seconds: float = CALL_DEADLINE_SECONDS,
    ) -> None:
        """`http` has the vendor's base address, `/v2` included (bankrails_vendor_http.client.open_client)."""
        self._http = http
        self._on_quota = on_quota
        self._zone = zone
        self._deadline_seconds = deadline_seconds

    # General

    async def connection_test(self, access: MerchantAccess) -> None:
        """Returns when the token is valid, whatever it may do."""
        endpoint = endpoints.CONNECTION_TEST
        answer = await self._call(endpoint, access)
        if not isinstance(self._body(endpoint, answer), dict):
            raise unreadable(endpoint, answer, "not an object")

    # Customers

    async def find_customer_by_code(self, access: MerchantAccess, customer_code: str) -> Customer | None:
        """The customer with exactly this code. Whether the vendor's filter is exact is not documented; this is."""
        endpoint = endpoints.LIST_CUSTOMERS
        answer = await self._call(endpoint, access, query={"customerCode": customer_code})
        if answer.status == 204:
            return None
        customers = self._many(endpoint, answer, Customer, "customers")
        return next((found for found in customers if found.customer_code == customer_code), None)

    async def create_customer(self, access: MerchantAccess, customer: NewCustomer) -> Customer:
        """Also raises CustomerCodeRejected, on which the caller looks the code up and adopts."""
        endpoint = endpoints.CREATE_CUSTOMER
        answer = await self._call(endpoint, access, content=customer.body())
        return self._one(endpoint, answer, Customer, "customer")

    async def get_customer(self, access: MerchantAccess, customer_id: int) -> Customer:
        endpoint = endpoints.GET_CUSTOMER
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        return self._one(endpoint, answer, Customer, "customer")

    # Bank accounts

    async def create_bank_account(self, access: MerchantAccess, customer_id: int, account: NewBankAccount) -> int:
        """The new bank account's id. Mails the payer an authorization and creates a PAD that is not accepted yet."""
        endpoint = endpoints.CREATE_BANK_ACCOUNT
        answer = await self._call(endpoint, access, {"customer_id": customer_id}, content=account.body())
        return self._one(endpoint, answer, NewBankAccountId, "bankAccount").id

    async def list_bank_accounts(self, access: MerchantAccess, customer_id: int) -> list[BankAccount]:
        endpoint = endpoints.LIST_BANK_ACCOUNTS
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        return [] if answer.status == 204 else self._many(endpoint, answer, BankAccount, "bankAccounts")

    async def get_bank_account(self, access: MerchantAccess, customer_id: int, bank_account_id: int) -> BankAccount:
        endpoint = endpoints.GET_BANK_ACCOUNT
        ids = {"customer_id": customer_id, "bank_account_id": bank_account_id}
        return self._one(endpoint, await self._call(endpoint, access, ids), BankAccount, "bankAccount")

    async def set_default_bank_account(
        self, access: MerchantAccess, customer_id: int, bank_account_id: int
    ) -> BankAccount:
        """Takes no key and needs none: setting it twice is setting it."""
        endpoint = endpoints.SET_DEFAULT_BANK_ACCOUNT
        ids = {"customer_id": customer_id, "bank_account_id": bank_account_id}
        return self._one(endpoint, await self._call(endpoint, access, ids), BankAccount, "bankAccount")

    async def request_new(self, access: MerchantAccess, customer_id: int) -> None:
        """Mails the payer a request for bank details and a PAD, each time it is called. No id comes back: poll."""
        endpoint = endpoints.REQUEST_NEW
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        body = self._body(endpoint, answer)
        if not isinstance(body, dict) or "message" not in body:
            raise unreadable(endpoint, answer, "no message")

    # PADs

    async def list_pads(self, access: MerchantAccess, customer_id: int) -> list[Pad]:
        """Of all the customer's bank accounts."""
        endpoint = endpoints.LIST_PADS
        answer = await self._call(endpoint, access, {"customer_id": customer_id})
        return [] if answer.status == 204 else self._many(endpoint, answer, Pad, "pads")

    async def get_pad(self, access: MerchantAccess, customer_id: int, bank_account_id: int, pad_id: int) -> Pad:
        endpoint = endpoints.GET_PAD
        ids = {"customer_id": customer_id, "bank_account_id": bank_account_id, "pad_id": pad_id}
        return self._one(endpoint, await self._call(endpoint, access, ids), Pad, "pad")

    # ACH

    async def withdraw(self, access: MerchantAccess, body: bytes, *, idempotency_key: str) -> AchTransaction:
        """Create a debit from bytes of bodies.withdraw_body, stored with the key before the first attempt.

        Within KEY_LIFE of that attempt a repeat with the same key and bytes gets the first one's answer; later it is a
        second debit. Success means that the vendor has it, nothing more: without an accepted PAD its status is PENDING.
        """
        if not KEY_PATTERN.fullmatch(idempotency_key):
            raise ValueError("an idempotency key is 25 to 36 letters, digits, - and _")
        endpoint = endpoints.WITHDRAW
        answer = await self._call(endpoint, access, content=body, idempotency_key=idempotency_key)
        return self._one(endpoint, answer, AchTransaction, "transaction")

    async def get_transaction(self, access: MerchantAccess, transaction_id: int) -> AchTransaction:
        """An unknown id is VendorRejected with status 400: the vendor has no 404 here."""
        endpoint = endpoints.GET_TRANSACTION
        answer = await self._call(endpoint, access, {"transaction_id": transaction_id})
        return self._one(endpoint, answer, AchTransaction, "transaction")

    async def list_transactions(
        self,
        access: MerchantAccess,
        where: TransactionFilter | None = None,
        *,
        page: int = 1,
        limit: int = TRANSACTIONS_PER_PAGE_MAX,
    ) -> list[AchTransaction]:
        """One page, counted from 1; one with fewer rows than `limit` (1 to 125) is the last. No order is documented."""
        endpoint = endpoints.LIST_TRANSACTIONS
        query = {"page": str(page), "limit": str(limit), **(where or TransactionFilter()).query()}
        answer = await self._call(endpoint, access, query=query)
        return [] if answer.status == 204 else self._many(endpoint, answer, AchTransaction, "transactions")

    async def transaction_pages(
        self, access: MerchantAccess, where: TransactionFilter | None = None
    ) -> AsyncIterator[list[AchTransaction]]:
        """Every page, one call each, made only when the caller asks for the next: a budget fits in between.

        Raises VendorUnavailable when the pages do not come to an end or repeat themselves: an incomplete search must
        not look like a complete one.
        """
        seen: set[int] = set()
        for page in range(1, PAGES_MAX + 1):
            rows = await self.list_transactions(access, where, page=page)
            fresh = {row.id for row in rows} - seen
            yield rows
            if len(rows) < TRANSACTIONS_PER_PAGE_MAX:
                return
            if not fresh:
                break
            seen |= fresh
        raise VendorUnavailable(endpoints.LIST_TRANSACTIONS.operation, "the pages do not come to an end")

    async def all_transactions(
        self, access: MerchantAccess, where: TransactionFilter | None = None
    ) -> list[AchTransaction]:
        """All pages, each row once, in the reading that was the latest: rows move while pages are turned."""
        rows: dict[int, AchTransaction] = {}
        async for page in self.transaction_pages(access, where):
            rows.update((row.id, row) for row in page)
        return list(rows.values())

    async def list_batches(self, access: MerchantAccess) -> list[AchBatch]:
        """All of the merchant's, in one answer: the vendor has no pages and no filter here."""
        endpoint = endpoints.LIST_BATCHES
        answer = await self._call(endpoint, access)
        return [] if answer.status == 204 else self._many(endpoint, answer, AchBatch, "batches")

    async def _call(
        self,
        endpoint: Endpoint,
        access: MerchantAccess,
        ids: dict[str, int] | None = None,
        *,
        query: dict[str, str] | None = None,
        content: bytes | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """A successful answer, or the error that it is."""
        headers = {"accept": "application/json", "api-token": access.token}
        if content is not None:
            headers["content-type"] = "application/json"
        if idempotency_key is not None:
            headers["idempotency-key"] = idempotency_key
        request = self._http.build_request(
            endpoint.method, endpoint.path.format(**(ids or {})), params=query, content=content, headers=headers
        )
        answer = await exchange(
            self._http,
            endpoint.operation,
            request,
            deadline_seconds=self._deadline_seconds,
            writes=endpoint.writes,
        )
        if self._on_quota is not None:
            self._on_quota(
                access.merchant_id,
                _remaining(answer.headers.get("minute-limit-remaining")),
                _remaining(answer.headers.get("hour-limit-remaining")),
            )
        if not 200 <= answer.status < 300:
            raise failure(endpoint, answer)
        return answer

    def _body(self, endpoint: Endpoint, answer: Answer) -> Any:
        try:
            return read_json(answer.content)
        except ValueError as error:
            raise unreadable(endpoint, answer, "not JSON") from error

    def _one(self, endpoint: Endpoint, answer: Answer, model: type[_Model], *wrappers: str) -> _Model:
        body = self._body(endpoint, answer)
        try:
            return read_one(body, model, wrappers, self._zone)
        except ValueError as error:
            raise unreadable(endpoint, answer, f"no {model.__name__}") from error

    def _many(self, endpoint: Endpoint, answer: Answer, model: type[_Model], *wrappers: str) -> list[_Model]:
        body = self._body(endpoint, answer)
        try:
            return read_many(body, model, wrappers, self._zone)
        except ValueError as error:
            raise unreadable(endpoint, answer, f"no list of {model.__name__}") from error


def _remaining(header: str | None) -> int | None:
    return int(header) if header is not None and header.isascii() and header.isdigit() and len(header) <= 9 else None
