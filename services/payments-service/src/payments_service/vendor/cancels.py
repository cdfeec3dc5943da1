"""The cancellation of a debit that waits for its mandate. It makes no transaction: the debit itself shows it."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_helcim.mapping import AuthStatus
from bankrails_messaging.calls import Answer, Effect, Payload

from payments_service.domain.stopping import Way
from payments_service.handlers.undoing import CANCEL
from payments_service.vendor.undoing import UndoCall


class Cancel(UndoCall):
    kind = CANCEL
    moves_money = False  # it keeps money from moving, so a paused merchant's goes out too
    way = Way.CANCEL

    def body(self, payload: Payload) -> bytes:
        return b""

    async def act(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        await self.client(payload).cancel(
            self.refunding(payload), int(payload["vendor_payment_id"]), idempotency_key=idempotency_key
        )
        return {}

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        debit = await self.debit(payload)
        return [Effect(str(debit.id), {})] if debit.auth is AuthStatus.CANCELLED else []
