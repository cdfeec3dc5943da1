"""The calls about batches: their list, the early close, and what a comparison reads. One call each.

Settling is the watcher's only write. It is keyed, and a lost answer is looked up by the batch's own status: closed is what
was wanted, whoever did it, so it is never in doubt twice and never done twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bankrails_helcim.batch import AchBatch
from bankrails_helcim.endpoints import KEY_LIFE, TRANSACTIONS_PER_PAGE_MAX
from bankrails_helcim.mapping import BatchStatus
from bankrails_helcim.transaction_filter import TransactionFilter
from bankrails_messaging.calls import Answer, Effect, KeyedCall, Payload, ReadCall, VendorCall
from sqlalchemy import Connection

from settlement_watcher.domain.batch import BatchShown, Kind, Total
from settlement_watcher.domain.list_reading import ListReading
from settlement_watcher.domain.observation import Observation
from settlement_watcher.handlers.batch_work import (
    ASK_MISSING,
    BATCHES,
    CONFIRM_CLOSE,
    RECONCILE,
    RECONCILE_ASKED,
    SETTLE,
)
from settlement_watcher.vendor.calls import Helcim
from settlement_watcher.vendor.rows import observation, unclaimed_observation

LISTED_FOR = timedelta(days=45)
"""The vendor lists all batches there ever were; what closed before that is nobody's news."""


@dataclass(frozen=True)
class _BatchCall:
    helcim: Helcim

    async def _list(self, payload: Payload) -> list[BatchShown]:
        client, access = self._at(payload)
        return [shown(batch) for batch in await client.list_batches(access)]

    async def _find(self, payload: Payload) -> BatchShown | None:
        return next((batch for batch in await self._list(payload) if batch.id == payload["batch_id"]), None)

    def _at(self, payload: Payload) -> Any:
        merchant_id = payload["merchant_id"]
        return self.helcim.clients[merchant_id], self.helcim.processing[merchant_id]


class LookAtBatches(_BatchCall, ReadCall):
    """Without `asks` nobody is asked: our own store is looked through alone."""

    kind = BATCHES

    async def send(self, payload: Payload) -> Answer:
        if not payload["asks"]:
            return {"batches": None}
        since = self.helcim.clock.now() - LISTED_FOR
        listed = [
            batch
            for batch in await self._list(payload)
            if not batch.closed or batch.closed_at is None or batch.closed_at >= since
        ]
        return {"batches": [batch.as_json() for batch in listed]}


class SettleBatchCall(_BatchCall, KeyedCall):
    kind = SETTLE
    key_life = KEY_LIFE

    def body(self, payload: Payload) -> bytes:
        return b""

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        client, access = self._at(payload)
        await client.settle_batch(access, int(payload["batch_id"]), idempotency_key=idempotency_key)
        return {}

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        batch = await self._find(payload)
        return [Effect(batch.id, {})] if batch is not None and batch.closed else []

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return set()


class ConfirmClose(_BatchCall, ReadCall):
    kind = CONFIRM_CLOSE

    async def send(self, payload: Payload) -> Answer:
        batch = await self._find(payload)
        return {"batch": batch and batch.as_json()}


class ReadForReconciliation(_BatchCall, ReadCall):
    kind = RECONCILE

    async def send(self, payload: Payload) -> Answer:
        match payload["phase"]:
            case "totals":
                batch = await self._find(payload)
                return {"batch": batch and batch.as_json()}
            case "pages":
                return await self._page(payload)
            case "singles":
                client, access = self._at(payload)
                row = await client.get_transaction(access, int(payload["singles"][0][1]))
                return {"rows": self._rows([row])}
            case _:
                return {}

    async def _page(self, payload: Payload) -> Answer:
        client, access = self._at(payload)
        reading = ListReading.from_json(payload["reading"])
        where = TransactionFilter(start_on=reading.start_on, end_on=reading.end_on)
        rows = await client.transactions_page(access, where, reading.page, TRANSACTIONS_PER_PAGE_MAX)
        return {"ids": [row.id for row in rows], "rows": self._rows(rows)}

    def _rows(self, rows: Any) -> list[dict[str, Any]]:
        now = self.helcim.clock.now()
        readable: list[Observation | None] = [unclaimed_observation(row, now) for row in rows]
        return [row.as_json() for row in readable if row is not None]


class ReadForReconciliationAsked(ReadForReconciliation):
    kind = RECONCILE_ASKED


class AskMissing(_BatchCall, ReadCall):
    kind = ASK_MISSING

    async def send(self, payload: Payload) -> Answer:
        client, access = self._at(payload)
        payment = await self.helcim.load_payment(payload["payment_id"])
        row = await client.get_transaction(access, int(payload["vendor_payment_id"]))
        return observation(row, payment, self.helcim.clock.now()).as_json()


def shown(batch: AchBatch) -> BatchShown:
    """A status that we do not know is not closed: nothing follows from it."""
    return BatchShown(
        id=str(batch.batch_id),
        closed=batch.status is BatchStatus.CLOSED,
        opened_at=batch.opened_at,
        closed_at=batch.closed_at,
        totals={
            Kind.WITHDRAWALS: Total(batch.count_withdrawals, batch.amount_withdrawals_minor),
            Kind.DEPOSITS: Total(batch.count_deposits, batch.amount_deposits_minor),
            Kind.REVERSED: Total(batch.count_reversed, batch.amount_reversed_minor),
            Kind.REFUNDED: Total(batch.count_refunded, batch.amount_refunded_minor),
        },
    )


def batch_calls(helcim: Helcim) -> list[VendorCall]:
    return [
        LookAtBatches(helcim),
        SettleBatchCall(helcim),
        ConfirmClose(helcim),
        ReadForReconciliation(helcim),
        ReadForReconciliationAsked(helcim),
        AskMissing(helcim),
    ]
