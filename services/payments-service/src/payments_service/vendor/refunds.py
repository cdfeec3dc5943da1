"""The refund, and how it is found again when its answer was lost: among the rows that name the debit they undo."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_helcim.bodies import refund_body
from bankrails_helcim.mapping import TransactionType
from bankrails_messaging.calls import Answer, Effect, Payload

from payments_service.domain.stopping import Way
from payments_service.handlers.refunding import REFUND
from payments_service.vendor.undoing import UndoCall


class Refund(UndoCall):
    kind = REFUND
    way = Way.REFUND

    def body(self, payload: Payload) -> bytes:
        return refund_body(payload["amount_minor"])

    async def act(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        said = await self.client(payload).refund(
            self.refunding(payload), int(payload["vendor_payment_id"]), body, idempotency_key=idempotency_key
        )
        row = await self.confirmed(payload, said.new_id, TransactionType.REFUND, payload["amount_minor"])
        return {"vendor_refund_id": str(row.id)}

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        rows = await self.undoing_rows(payload, since, TransactionType.REFUND)
        return [
            Effect(str(row.id), {"vendor_refund_id": str(row.id)})
            for row in rows
            if row.amount_minor == payload["amount_minor"]
        ]
