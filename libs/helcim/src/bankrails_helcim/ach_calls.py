"""Debits, what undoes them, and their batches: `/ach`. Every write here takes an idempotency key.

Within KEY_LIFE of the first attempt a repeat with the same key and bytes gets the first one's answer; later it is a
second debit, refund or void.
"""

from collections.abc import AsyncIterator

from bankrails_vendor_http.client import Answer
from bankrails_vendor_http.errors import VendorUnavailable

from bankrails_helcim import endpoints
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.batch import AchBatch
from bankrails_helcim.calls import HelcimCalls
from bankrails_helcim.endpoints import TRANSACTIONS_PER_PAGE_MAX, Endpoint
from bankrails_helcim.errors import unreadable
from bankrails_helcim.sentences import RefundAnswer, VoidAnswer, ids_in
from bankrails_helcim.transaction_filter import TransactionFilter
from bankrails_helcim.wire import AchTransaction

PAGES_MAX = 100
"""12,500 payments in one search: more is not a look-up but a mistake in its dates."""


class AchCalls(HelcimCalls):
    async def withdraw(self, access: MerchantAccess, body: bytes, *, idempotency_key: str) -> AchTransaction:
        """Create a debit from bytes of bodies.withdraw_body, stored with the key before the first attempt.

        Success means that the vendor has it, nothing more: without an accepted PAD its status is PENDING.
        """
        endpoint = endpoints.WITHDRAW
        answer = await self._call(endpoint, access, content=body, idempotency_key=idempotency_key)
        return self._one(endpoint, answer, AchTransaction, "transaction")

    async def refund(
        self, access: MerchantAccess, transaction_id: int, body: bytes, *, idempotency_key: str
    ) -> RefundAnswer:
        """Send back part or all of an approved debit whose batch is closed, from bytes of bodies.refund_body.

        Refused with VendorRejected while the batch is open (void it), or for more than is left.
        """
        endpoint = endpoints.REFUND
        ids = {"transaction_id": transaction_id}
        answer = await self._call(endpoint, access, ids, content=body, idempotency_key=idempotency_key)
        return RefundAnswer(*self._undone(endpoint, answer, transaction_id))

    async def void(self, access: MerchantAccess, transaction_id: int, *, idempotency_key: str) -> VoidAnswer:
        """Undo an approved debit, or a refund, whose batch is still open. Refused with VendorRejected once it is not:
        read the transaction again, then refund."""
        endpoint = endpoints.VOID
        ids = {"transaction_id": transaction_id}
        answer = await self._call(endpoint, access, ids, idempotency_key=idempotency_key)
        return VoidAnswer(*self._undone(endpoint, answer, transaction_id))

    async def cancel(self, access: MerchantAccess, transaction_id: int, *, idempotency_key: str) -> None:
        """Withdraw a debit that waits for its PAD. Makes no new transaction. Refused with VendorRejected otherwise."""
        endpoint = endpoints.CANCEL
        ids = {"transaction_id": transaction_id}
        answer = await self._call(endpoint, access, ids, idempotency_key=idempotency_key)
        self._undone(endpoint, answer, transaction_id)

    async def get_transaction(self, access: MerchantAccess, transaction_id: int) -> AchTransaction:
        """An unknown id is VendorRejected with status 400: the vendor has no 404 here."""
        endpoint = endpoints.GET_TRANSACTION
        answer = await self._call(endpoint, access, {"transaction_id": transaction_id})
        return self._one(endpoint, answer, AchTransaction, "transaction")

    async def transactions_page(
        self,
        access: MerchantAccess,
        where: TransactionFilter | None = None,
        page: int = 1,
        limit: int = TRANSACTIONS_PER_PAGE_MAX,
    ) -> list[AchTransaction]:
        """One page, counted from 1; one with fewer rows than `limit` (1 to 125) is the last. No order is documented."""
        endpoint = endpoints.LIST_TRANSACTIONS
        query = {"page": str(page), "limit": str(limit), **(where or TransactionFilter()).query()}
        return self._many(endpoint, await self._call(endpoint, access, query=query), AchTransaction, "transactions")

    async def transaction_pages(
        self, access: MerchantAccess, where: TransactionFilter | None = None
    ) -> AsyncIterator[list[AchTransaction]]:
        """Every page, one call each, made only when the caller asks for the next: a budget fits in between.

        Raises VendorUnavailable when the pages do not come to an end or repeat themselves: an incomplete search must
        not look like a complete one.
        """
        seen: set[int] = set()
        for page in range(1, PAGES_MAX + 1):
            rows = await self.transactions_page(access, where, page)
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
        return self._many(endpoint, await self._call(endpoint, access), AchBatch, "batches")

    async def settle_batch(self, access: MerchantAccess, batch_id: int, *, idempotency_key: str) -> None:
        """Close an open batch before its time. VendorRejected when it is closed already, unknown or empty."""
        endpoint = endpoints.SETTLE_BATCH
        answer = await self._call(endpoint, access, {"batch_id": batch_id}, idempotency_key=idempotency_key)
        self._undone(endpoint, answer, batch_id)

    def _undone(self, endpoint: Endpoint, answer: Answer, asked_id: int) -> tuple[int | None, int | None, str]:
        """Both ids and the sentence. Another id than the one asked for says nothing of ours: OutcomeUnknown."""
        message = self._message(endpoint, answer)
        original_id, new_id = ids_in(message)
        if original_id not in (None, asked_id):
            raise unreadable(endpoint, answer, f"it speaks of {original_id} instead of {asked_id}")
        return original_id, new_id, message
