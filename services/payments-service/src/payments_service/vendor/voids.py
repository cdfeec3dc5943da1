"""The void, and how it is found again when its answer was lost: the debit itself is cancelled then."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_helcim.mapping import AuthStatus, TransactionType
from bankrails_messaging.calls import Answer, Effect, Payload

from payments_service.domain.stopping import Way
from payments_service.handlers.undoing import VOID
from payments_service.vendor.undoing import UndoCall


class Void(UndoCall):
    kind = VOID
    moves_money = False  # it keeps money from moving, so a paused merchant's goes out too
    way = Way.VOID

    def body(self, payload: Payload) -> bytes:
        return b""

    async def act(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        said = await self.client(payload).void(
            self.refunding(payload), int(payload["vendor_payment_id"]), idempotency_key=idempotency_key
        )
        row = await self.confirmed(payload, said.new_id, TransactionType.REVERSE, payload["amount_minor"])
        return {"vendor_void_id": str(row.id)}

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        """The debit's statusAuth says whether; which transaction reverses it is told where it can be found."""
        debit = await self.debit(payload)
        if debit.auth is not AuthStatus.CANCELLED:
            return []
        rows = await self.undoing_rows(payload, since, TransactionType.REVERSE)
        void_id = str(rows[0].id) if len(rows) == 1 else None
        return [Effect(void_id or str(debit.id), {"vendor_void_id": void_id})]
