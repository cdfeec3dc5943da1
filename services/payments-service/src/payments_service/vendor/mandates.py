"""Calls about mandates (PADs) at the vendor."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bankrails_contracts.payments import MandateAction
from bankrails_helcim.mapping import PadState, PadStatus, PadType
from bankrails_helcim.wire import Pad
from bankrails_messaging.calls import (
    Answer,
    Effect,
    LookFirstCall,
    NaturalKeyCall,
    Payload,
    ReadCall,
)
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from sqlalchemy import Connection

from payments_service.handlers.look_at_mandates import LOOK_AT_MANDATES
from payments_service.handlers.request_mandate import REQUEST_MANDATE
from payments_service.handlers.update_mandate import UPDATE_MANDATE
from payments_service.store.repositories import MANDATES, claimed
from payments_service.vendor.helcim import HelcimCall

ANSWERED = 200
"""Not yet what we need, and no sign that the vendor is away: nobody else's calls wait for it."""


class RequestMandate(HelcimCall, LookFirstCall):
    """A GET that mails the payer: never repeated by machine. A mandate that waits unclaimed is taken instead.

    Registering a bank account has already mailed and made such a mandate, so the first request adopts that one. While
    an agreement of the account that has ended for us is active at the vendor, the vendor would debit under it and make
    no new one, so those are made inactive first.
    """

    kind = REQUEST_MANDATE
    repeatable = False

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        pads = await self._pads(payload)
        ended = payload.get("ended", ())
        for pad in pads:
            if str(pad.id) in ended and pad.state is PadState.ACTIVE:
                await self._end(payload, pad)
        return [
            Effect(str(pad.id), {"vendor_mandate_id": str(pad.id)})
            for pad in sorted(pads, key=lambda pad: pad.id, reverse=True)
            if pad.state is not PadState.REVOKED and str(pad.id) not in ended
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return claimed(connection, MANDATES, "vendor_mandate_id", key, payload["merchant_id"], vendor_ids)

    async def send(self, payload: Payload) -> Answer:
        if payload.get("adopt_only"):
            raise VendorUnavailable(self.kind, "the account's agreement is not listed yet", status=ANSWERED)
        before = {pad.id for pad in await self._pads(payload)}
        await self.client(payload).request_new(self.general(payload), int(payload["vendor_customer_id"]))
        # From here on the mail is out, so whatever fails is a doubt and never a reason to send it again.
        try:
            after = await self._pads(payload)
        except (VendorRejected, VendorUnavailable) as error:
            raise OutcomeUnknown(self.kind, "the mail is out, and its mandate could not be listed") from error
        for pad in after:
            if pad.id not in before:
                return {"vendor_mandate_id": str(pad.id)}
        raise OutcomeUnknown(self.kind, "the mail is out, and the mandate it asks for is not listed yet")

    async def _pads(self, payload: Payload) -> list[Pad]:
        pads = await self.client(payload).list_pads(self.general(payload), int(payload["vendor_customer_id"]))
        return [pad for pad in pads if str(pad.bank_account_id) == payload["vendor_bank_account_id"]]

    async def _end(self, payload: Payload, pad: Pad) -> None:
        try:
            await self.client(payload).update_pad(
                self.general(payload),
                int(payload["vendor_customer_id"]),
                int(payload["vendor_bank_account_id"]),
                pad.id,
                status=PadStatus.INACTIVE,
            )
        except OutcomeUnknown as error:
            # Nothing was mailed yet, and doing it again is doing it once.
            raise VendorUnavailable(self.kind, "an ended mandate may still be active") from error


class UpdateMandate(HelcimCall, NaturalKeyCall):
    """Accepting or revoking what is so already changes nothing, so the agreement is read first and written if it is not."""

    kind = UPDATE_MANDATE

    async def send(self, payload: Payload) -> Answer:
        ids = (int(payload["vendor_customer_id"]), int(payload["vendor_bank_account_id"]))
        access, client = self.general(payload), self.client(payload)
        accepting = payload["action"] == MandateAction.ACCEPT
        pads = [pad for pad in await client.list_pads(access, ids[0]) if pad.bank_account_id == ids[1]]
        pad = next((pad for pad in pads if str(pad.id) == payload["vendor_mandate_id"]), None)
        if pad is None:
            raise VendorRejected(self.kind, "the vendor has no such mandate for the bank account")
        if (pad.state is PadState.ACTIVE) is accepting and pad.state is not PadState.CONTRADICTORY:
            return shown(pad)
        if accepting and any(other.state is PadState.ACTIVE for other in pads):
            raise VendorRejected(self.kind, "another mandate of the bank account is active, and there is one at most")
        changed = await client.update_pad(
            access,
            *ids,
            pad.id,
            accepted=True if accepting else None,
            status=PadStatus.ACTIVE if accepting else PadStatus.INACTIVE,
            type=(PadType.BUSINESS if payload["kind"] == "business" else PadType.PERSONAL) if accepting else None,
            ip_address=payload["ip_address"],
        )
        pad = changed or await client.get_pad(access, *ids, pad.id)
        if (pad.state is PadState.ACTIVE) is not accepting:
            raise VendorUnavailable(self.kind, "the vendor does not show the change yet", status=ANSWERED)
        return shown(pad)


class LookAtMandates(HelcimCall, ReadCall):
    """All of a payer in one call. Helcim announces nothing about mandates, so asking is the only way to learn."""

    kind = LOOK_AT_MANDATES

    async def send(self, payload: Payload) -> Answer:
        pads: Iterable[Pad] = await self.client(payload).list_pads(
            self.general(payload), int(payload["vendor_customer_id"])
        )
        return {"pads": [shown(pad) for pad in pads]}


def shown(pad: Pad) -> Answer:
    return {
        "vendor_mandate_id": str(pad.id),
        "state": pad.state.value,
        "accepted_at": _text(pad.accepted_at),
        "revoked_at": _text(pad.revoked_at),
        "earliest_debit_on": None if pad.earliest_debit_on is None else pad.earliest_debit_on.isoformat(),
    }


def _text(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
