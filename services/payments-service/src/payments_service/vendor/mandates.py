"""Calls about mandates (PADs) at the vendor."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_helcim.mapping import PadState
from bankrails_messaging.calls import (
    Answer,
    Effect,
    LookFirstCall,
    Payload,
    ReadCall,
)
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from sqlalchemy import Connection

from payments_service.handlers.record_mandate_request import WATCH_MANDATE
from payments_service.handlers.request_mandate import REQUEST_MANDATE
from payments_service.store.repositories import MANDATES, claimed
from payments_service.vendor.helcim import HelcimCall


class RequestMandate(HelcimCall, LookFirstCall):
    """A GET that mails the payer: never repeated by machine. A mandate that waits unclaimed is taken instead.

    Registering a bank account has already mailed and made such a mandate, so the first request adopts that one.
    """

    kind = REQUEST_MANDATE
    repeatable = False

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        pads = await self.client(payload).list_pads(self.general(payload), int(payload["vendor_customer_id"]))
        return [
            Effect(str(pad.id), {"vendor_mandate_id": str(pad.id)})
            for pad in sorted(pads, key=lambda pad: pad.id, reverse=True)
            if str(pad.bank_account_id) == payload["vendor_bank_account_id"] and pad.state is not PadState.REVOKED
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return claimed(connection, MANDATES, "vendor_mandate_id", key, payload["merchant_id"], vendor_ids)

    async def send(self, payload: Payload) -> Answer:
        access, customer_id = self.general(payload), int(payload["vendor_customer_id"])
        before = {pad.id for pad in await self.client(payload).list_pads(access, customer_id)}
        await self.client(payload).request_new(access, customer_id)
        # From here on the mail is out, so whatever fails is a doubt and never a reason to send it again.
        try:
            after = await self.client(payload).list_pads(access, customer_id)
        except (VendorRejected, VendorUnavailable) as error:
            raise OutcomeUnknown(self.kind, "the mail is out, and its mandate could not be listed") from error
        for pad in after:
            if pad.id not in before and str(pad.bank_account_id) == payload["vendor_bank_account_id"]:
                return {"vendor_mandate_id": str(pad.id)}
        raise OutcomeUnknown(self.kind, "the mail is out, and the mandate it asks for is not listed yet")


class WatchMandate(HelcimCall, ReadCall):
    """Helcim announces nothing about mandates; asking is the only way to learn of an acceptance."""

    kind = WATCH_MANDATE

    async def send(self, payload: Payload) -> Answer:
        pad = await self.client(payload).get_pad(
            self.general(payload),
            int(payload["vendor_customer_id"]),
            int(payload["vendor_bank_account_id"]),
            int(payload["vendor_mandate_id"]),
        )
        return {
            "accepted": pad.state in (PadState.ACTIVE, PadState.REVOKED),
            "active": pad.state is PadState.ACTIVE,
            "accepted_at": _text(pad.accepted_at),
            "revoked_at": _text(pad.revoked_at),
            "earliest_debit_on": None if pad.earliest_debit_on is None else pad.earliest_debit_on.isoformat(),
        }


def _text(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
