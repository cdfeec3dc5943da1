"""The debit, and how it is found again when its answer was lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bankrails_contracts.money import Currency
from bankrails_helcim.bodies import (
    withdraw_body,
)
from bankrails_helcim.client import TransactionFilter
from bankrails_helcim.endpoints import KEY_LIFE
from bankrails_helcim.mapping import TransactionType
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_helcim.wire import AchTransaction
from bankrails_messaging.calls import (
    Answer,
    Effect,
    KeyedCall,
    Payload,
)
from sqlalchemy import Connection

from payments_service.handlers.withdrawal_work import WITHDRAW
from payments_service.store.repositories import PAYMENTS, claimed
from payments_service.vendor.helcim import CLOCKS_APART, HelcimCall


class Withdraw(HelcimCall, KeyedCall):
    """The debit. Its key lives five minutes; past that a repeat is a second debit."""

    kind = WITHDRAW
    key_life = KEY_LIFE

    def body(self, payload: Payload) -> bytes:
        return withdraw_body(
            customer_id=int(payload["vendor_customer_id"]),
            bank_account_id=int(payload["vendor_bank_account_id"]),
            amount_minor=payload["amount_minor"],
            currency=Currency(payload["currency"]),
        )

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        access = self.helcim.processing(payload["merchant_id"])
        return _debit(await self.client(payload).withdraw(access, body, idempotency_key=idempotency_key))

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        """Every debit of this account and amount since the first attempt, whatever became of it."""
        earliest = (since or self.helcim.clock.now()) - CLOCKS_APART
        where = TransactionFilter(
            start_on=wall_date(earliest - timedelta(days=1), MOUNTAIN_TIME),
            end_on=wall_date(self.helcim.clock.now() + timedelta(days=1), MOUNTAIN_TIME),
        )
        rows = await self.client(payload).all_transactions(self.helcim.processing(payload["merchant_id"]), where)
        return [
            Effect(str(row.id), _debit(row))
            for row in rows
            if str(row.bank_account_id) == payload["vendor_bank_account_id"]
            and row.amount_minor == payload["amount_minor"]
            and row.type in (TransactionType.WITHDRAWAL, TransactionType.UNRECOGNISED)
            and (row.created_at is None or row.created_at >= earliest)
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return claimed(connection, PAYMENTS, "vendor_payment_id", key, payload["merchant_id"], vendor_ids)


def _debit(row: AchTransaction) -> Answer:
    return {
        "vendor_payment_id": str(row.id),
        "status_auth": row.auth.value,
        "response_message": row.response_message,
    }
