"""One transaction read as the vendor shows it, for an operator who says which one an unknown call made."""

from bankrails_messaging.calls import Answer, Payload, ReadCall

from payments_service.handlers.resolve_unknown import READ_CANDIDATE
from payments_service.vendor.helcim import HelcimCall


class ReadCandidate(HelcimCall, ReadCall):
    kind = READ_CANDIDATE

    async def send(self, payload: Payload) -> Answer:
        row = await self.client(payload).get_transaction(self.reading(payload), int(payload["vendor_payment_id"]))
        return {
            "id": str(row.id),
            "vendor_bank_account_id": str(row.bank_account_id),
            "amount_minor": row.amount_minor,
            "type": row.type.value,
            "original_id": str(row.original_transaction_id),
            "status_auth": row.auth.value,
            "response_message": row.response_message,
        }
