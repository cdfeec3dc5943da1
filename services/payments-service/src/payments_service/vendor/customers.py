"""Calls about the vendor's customers, who stand for our payers."""

from bankrails_helcim.bodies import (
    Country,
    NewAddress,
    NewCustomer,
)
from bankrails_helcim.errors import CustomerCodeRejected
from bankrails_messaging.calls import (
    Answer,
    NaturalKeyCall,
    Payload,
)
from bankrails_vendor_http.errors import VendorUnavailable

from payments_service.handlers.register_payer import CREATE_CUSTOMER
from payments_service.vendor.helcim import HelcimCall


class CreateCustomer(HelcimCall, NaturalKeyCall):
    """Our payer id is the customer code. The call takes no idempotency key, so the code is looked up before."""

    kind = CREATE_CUSTOMER

    async def send(self, payload: Payload) -> Answer:
        access = self.general(payload)
        known = await self.client(payload).find_customer_by_code(access, payload["payer_id"])
        if known is not None:
            return {"vendor_customer_id": str(known.id), "adopted": True}
        country: Country = "CA" if payload["country"] == "CA" else "US"
        new = NewCustomer(
            customer_code=payload["payer_id"],
            contact_name=payload["contact_name"],
            business_name=payload["business_name"],
            billing_address=NewAddress(
                name=payload["business_name"] or payload["contact_name"],
                street1=payload["street"],
                city=payload["city"],
                province=payload["province"],
                country=country,
                postal_code=payload["postal_code"],
                phone=payload["phone"],
                email=payload["email"],
            ),
        )
        try:
            made = await self.client(payload).create_customer(access, new)
        except CustomerCodeRejected as error:
            taken = await self.client(payload).find_customer_by_code(access, payload["payer_id"])
            if taken is None:
                raise VendorUnavailable(self.kind, "the code is taken, and its customer is not listed yet") from error
            return {"vendor_customer_id": str(taken.id), "adopted": True}
        return {"vendor_customer_id": str(made.id), "adopted": False}
