"""Calls about the vendor's customers, who stand for our payers."""

from typing import Any

from bankrails_helcim.bodies import (
    Country,
    CustomerUpdate,
    NewAddress,
    NewCustomer,
)
from bankrails_helcim.errors import CustomerCodeRejected
from bankrails_helcim.mapping import COUNTRY_ALPHA3
from bankrails_helcim.wire import Address, Customer
from bankrails_messaging.calls import (
    Answer,
    NaturalKeyCall,
    Payload,
    ReadCall,
)
from bankrails_vendor_http.errors import VendorUnavailable

from payments_service.handlers.register_payer import ADOPT_CUSTOMER, CREATE_CUSTOMER
from payments_service.handlers.update_payer import UPDATE_CUSTOMER
from payments_service.vendor.helcim import HelcimCall

ALPHA2 = {alpha3: alpha2 for alpha2, alpha3 in COUNTRY_ALPHA3.items()}


class CreateCustomer(HelcimCall, NaturalKeyCall):
    """Our payer id is the customer code. The call takes no idempotency key, so the code is looked up before."""

    kind = CREATE_CUSTOMER

    async def send(self, payload: Payload) -> Answer:
        access = self.general(payload)
        known = await self.client(payload).find_customer_by_code(access, payload["payer_id"])
        if known is not None:
            return {"vendor_customer_id": str(known.id), "adopted": True}
        new = NewCustomer(
            customer_code=payload["payer_id"],
            contact_name=payload["contact_name"],
            business_name=payload["business_name"],
            billing_address=NewAddress(
                name=payload["business_name"] or payload["contact_name"],
                street1=payload["street"],
                city=payload["city"],
                province=payload["province"],
                country=_country(payload["country"]),
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
                reason = "the code is taken, and its customer is not listed yet"
                raise VendorUnavailable(self.kind, reason, status=error.status) from error
            return {"vendor_customer_id": str(taken.id), "adopted": True}
        return {"vendor_customer_id": str(made.id), "adopted": False}


class AdoptCustomer(HelcimCall, ReadCall):
    """The customer with this code, read whole; changes nothing there."""

    kind = ADOPT_CUSTOMER

    async def send(self, payload: Payload) -> Answer:
        access = self.general(payload)
        found = await self.client(payload).find_customer_by_code(access, payload["customer_code"])
        if found is None:
            return {"vendor_customer_id": None, "adopted": False}
        customer = await self.client(payload).get_customer(access, found.id)
        return {"vendor_customer_id": str(customer.id), "adopted": True, "customer": _shown(customer)}


class UpdateCustomer(HelcimCall, NaturalKeyCall):
    """Read whole, changed, written whole: whether a PUT empties what it leaves out is not documented. Made twice with
    the same changes, it leaves the same customer."""

    kind = UPDATE_CUSTOMER

    async def send(self, payload: Payload) -> Answer:
        access, customer_id = self.general(payload), int(payload["vendor_customer_id"])
        known = await self.client(payload).get_customer(access, customer_id)
        await self.client(payload).update_customer(access, customer_id, _changed(known, payload))
        return {}


def _changed(known: Customer, payload: Payload) -> CustomerUpdate:
    changes, address = payload["changes"], known.billing_address or Address()
    contact_name = changes.get("contact_name", known.contact_name) or None
    business_name = changes.get("business_name", known.business_name) or None
    moved = "street" in changes
    named = "contact_name" in changes or "business_name" in changes or not address.name
    return CustomerUpdate(
        contact_name=contact_name,
        business_name=business_name,
        cell_phone=known.cell_phone or None,
        billing_address=NewAddress(
            name=(business_name or contact_name or "") if named else address.name,
            street1=changes.get("street", address.street1),
            street2=None if moved else address.street2 or None,
            city=changes.get("city", address.city),
            province=changes.get("province", address.province),
            country=_country(changes.get("country") or ALPHA2.get(address.country) or payload["country"]),
            postal_code=changes.get("postal_code", address.postal_code),
            phone=changes.get("phone", address.phone) or None,
            email=changes.get("email", address.email) or None,
        ),
    )


def _shown(customer: Customer) -> dict[str, Any]:
    """What the vendor lacks is None."""
    address = customer.billing_address or Address()
    shown = {
        "contact_name": customer.contact_name,
        "business_name": customer.business_name,
        "email": address.email,
        "phone": address.phone,
        "street": address.street1,
        "city": address.city,
        "province": address.province,
        "postal_code": address.postal_code,
        "country": ALPHA2.get(address.country, address.country),
    }
    return {name: text or None for name, text in shown.items()}


def _country(alpha2: str) -> Country:
    return "CA" if alpha2 == "CA" else "US"
