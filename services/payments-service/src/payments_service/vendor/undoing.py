"""What refund, void and cancel have in common: the debit is read immediately before, and again after a no."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bankrails_contracts.settlement import VendorAuth
from bankrails_helcim.endpoints import KEY_LIFE
from bankrails_helcim.mapping import BatchStatus, ClearingStatus, TransactionType
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_helcim.transaction_filter import TransactionFilter
from bankrails_helcim.wire import AchTransaction
from bankrails_messaging.calls import Answer, KeyedCall, Payload, Unconfirmed
from bankrails_vendor_http.errors import NotPermitted, OutcomeUnknown, VendorRejected, VendorUnavailable
from sqlalchemy import Connection

from payments_service.domain.stopping import SEEN, VENDOR_ALLOWS, Seen, Way
from payments_service.domain.vendor_claim import claim_id
from payments_service.store.repositories import VENDOR_CLAIMS
from payments_service.vendor.helcim import CLOCKS_APART, HelcimCall

GOOD_FUNDS = (ClearingStatus.OPENED, ClearingStatus.CLEARED)


class UndoCall(HelcimCall, KeyedCall):
    """Each is a keyed call: past its key's five minutes a repeat is a second one."""

    key_life = KEY_LIFE
    way: Way

    async def act(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        """The write itself, and what it made."""
        raise NotImplementedError

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        """Raises VendorRejected with a Seen for its reason when the debit's own row does not allow it."""
        self._demand(await self.debit(payload))
        try:
            return await self.act(payload, body=body, idempotency_key=idempotency_key)
        except NotPermitted:
            raise
        except VendorRejected:
            # The batch may have closed between the look and the call.
            with suppress(VendorUnavailable, OutcomeUnknown):
                self._demand(await self.debit(payload))
            raise

    async def debit(self, payload: Payload) -> AchTransaction:
        """As the vendor shows it now."""
        return await self.row(payload, int(payload["vendor_payment_id"]))

    async def row(self, payload: Payload, transaction_id: int) -> AchTransaction:
        return await self.client(payload).get_transaction(self.reading(payload), transaction_id)

    async def confirmed(
        self, payload: Payload, new_id: int | None, kind: TransactionType, amount_minor: int
    ) -> AchTransaction:
        """The transaction that a sentence named. Raises Unconfirmed when it is not the one that undoes our debit."""
        if new_id is None:
            raise Unconfirmed(self.kind, "done, and its sentence names no transaction")
        try:
            row = await self.row(payload, new_id)
        except (VendorRejected, VendorUnavailable, OutcomeUnknown) as error:
            raise Unconfirmed(self.kind, f"done, and transaction {new_id} could not be read: {error.reason}") from error
        undoes = str(row.original_transaction_id) == payload["vendor_payment_id"]
        if not undoes or row.type is not kind or row.amount_minor != amount_minor:
            raise Unconfirmed(self.kind, f"done, and transaction {new_id} is not what undoes it")
        return row

    async def undoing_rows(
        self, payload: Payload, since: datetime | None, kind: TransactionType
    ) -> Sequence[AchTransaction]:
        """All that undo our debit, of that kind, since the first attempt."""
        now = self.helcim.clock.now()
        earliest = (since or now) - CLOCKS_APART
        where = TransactionFilter(
            start_on=wall_date(earliest - timedelta(days=1), MOUNTAIN_TIME),
            end_on=wall_date(now + timedelta(days=1), MOUNTAIN_TIME),
        )
        rows = await self.client(payload).all_transactions(self.reading(payload), where)
        return [
            row
            for row in rows
            if str(row.original_transaction_id) == payload["vendor_payment_id"]
            and row.type in (kind, TransactionType.UNRECOGNISED)
            and (row.created_at is None or row.created_at >= earliest)
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        """Those that stand for another refund or void of ours; of this very payment's too."""
        by_id = {claim_id(payload["merchant_id"], vendor_id): vendor_id for vendor_id in vendor_ids}
        return {by_id[claim] for claim in VENDOR_CLAIMS.get_many(connection, list(by_id))}

    def _demand(self, row: AchTransaction) -> None:
        seen = seen_of(row)
        auth, closed = _read(row)
        if seen is Seen.CAME_BACK or VENDOR_ALLOWS[auth, closed] is not self.way:
            raise VendorRejected(self.kind, seen)


def seen_of(row: AchTransaction) -> Seen:
    if row.clearing not in GOOD_FUNDS:
        return Seen.CAME_BACK
    return SEEN[_read(row)]


def _read(row: AchTransaction) -> tuple[VendorAuth, bool]:
    """A word that we do not know allows nothing."""
    auth = next((auth for auth in VendorAuth if auth.name == row.auth.name), VendorAuth.IN_PROGRESS)
    if row.batch is BatchStatus.UNRECOGNISED:
        return VendorAuth.IN_PROGRESS, False
    return auth, row.batch is BatchStatus.CLOSED
