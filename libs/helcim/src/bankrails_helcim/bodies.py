"""What we write to the vendor, as bytes: the same content is the same bytes, so a repeat under one key is no conflict.

Write names differ from read ones (wire.py). Source: Helcim OpenAPI 2.2.0, CustomerRequest, CustomerUpdateRequest,
bank-account, PAD, withdraw and refund requests.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from bankrails_contracts.money import Currency

from bankrails_helcim.mapping import (
    ACCOUNT_TYPE,
    COUNTRY_ALPHA3,
    CURRENCY_ID,
    HOLDER,
    PAD_STATUS_ID,
    PAD_TYPE,
    AccountType,
    Holder,
    PadStatus,
    PadType,
)
from bankrails_helcim.money import dollars

Country = Literal["CA", "US"]
"""ISO 3166 alpha-2; the vendor's alpha-3 is made here."""

_ACCOUNT_TYPE_ID = {ours: theirs for theirs, ours in ACCOUNT_TYPE.items()}
_HOLDER_ID = {ours: theirs for theirs, ours in HOLDER.items()}
_PAD_TYPE_ID = {ours: theirs for theirs, ours in PAD_TYPE.items()}


def withdraw_body(*, customer_id: int, bank_account_id: int, amount_minor: int, currency: Currency) -> bytes:
    """`PUT /ach/withdraw`. Written by hand, since a JSON library would make a float of the amount.

    `orderId` is left out: it names an invoice, not a reference of ours, and sets off invoicing.
    """
    if amount_minor <= 0:
        raise ValueError("a debit is more than nothing")
    return (
        f'{{"bankAccountId":{bank_account_id:d},"customerId":{customer_id:d},'
        f'"amount":{dollars(amount_minor)},"currencyId":{CURRENCY_ID[currency]}}}'
    ).encode("ascii")


def refund_body(amount_minor: int) -> bytes:
    """`PUT /ach/transactions/{id}/refund`: the part, or all, of the debit that goes back."""
    if amount_minor <= 0:
        raise ValueError("a refund is more than nothing")
    return f'{{"amount":{dollars(amount_minor)}}}'.encode("ascii")


def pad_body(*, accepted: bool | None, status: PadStatus | None, type: PadType | None, ip_address: str | None) -> bytes:
    """`PUT …/pads/{id}`; None leaves a field as it is, and one at least is given."""
    body = {
        "accepted": None if accepted is None else int(accepted),
        "ipAddress": ip_address,
        "status": None if status is None else PAD_STATUS_ID[status],
        "type": None if type is None else _PAD_TYPE_ID[type],
    }
    if all(value is None for value in body.values()):
        raise ValueError("a PAD update changes something")
    return _bytes(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddress:
    name: str
    street1: str
    city: str
    province: str
    """Two letters."""
    country: Country
    postal_code: str
    street2: str | None = None
    phone: str | None = None
    """10 to 15 digits."""
    email: str | None = None
    """The vendor mails authorizations here, and makes no bank account without it."""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "street1": self.street1,
            "street2": self.street2,
            "city": self.city,
            "province": self.province,
            "country": COUNTRY_ALPHA3[self.country],
            "postalCode": self.postal_code,
            "phone": self.phone,
            "email": self.email,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetails:
    contact_name: str | None = None
    business_name: str | None = None
    """One of the two names at least."""
    cell_phone: str | None = None
    billing_address: NewAddress | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "contactName": self.contact_name,
            "businessName": self.business_name,
            "cellPhone": self.cell_phone,
            "billingAddress": self.billing_address and self.billing_address.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer(CustomerDetails):
    customer_code: str
    """Ours, and the only guard against making a customer twice: the call takes no idempotency key."""

    def body(self) -> bytes:
        return _bytes({"customerCode": self.customer_code, **self.as_json()})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdate(CustomerDetails):
    """Give all that is to stand: whether the vendor keeps what a PUT leaves out is not documented.

    The code is not changed: it is what a customer is found by.
    """

    def body(self) -> bytes:
        return _bytes(self.as_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class CanadianRouting:
    institution: str
    """Three digits."""
    transit: str
    """Five digits."""

    country: Country = field(default="CA", init=False)

    def as_json(self) -> dict[str, str]:
        return {"bankFinancialNumber": self.institution, "bankTransitNumber": self.transit}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsRouting:
    routing: str
    """Nine digits."""

    country: Country = field(default="US", init=False)

    def as_json(self) -> dict[str, str]:
        return {"bankRoutingNumber": self.routing}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBankAccount:
    routing: CanadianRouting | UsRouting
    account_number: str = field(repr=False)
    """7 to 12 digits in Canada, 8 to 12 in the United States. In the clear, for this one call."""
    account_type: AccountType
    holder: Holder
    street: str
    city: str
    province: str
    """Two letters."""
    postal_code: str
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    """First and last name, or the company."""

    def body(self) -> bytes:
        return _bytes(
            {
                "accountCorporate": _HOLDER_ID[self.holder],
                "accountType": _ACCOUNT_TYPE_ID[self.account_type],
                "bankAccountNumber": self.account_number,
                **self.routing.as_json(),
                "countryAlpha2": self.routing.country,
                "provinceAlpha2": self.province,
                "city": self.city,
                "postalCode": self.postal_code,
                "streetAddress": self.street,
                "firstName": self.first_name,
                "lastName": self.last_name,
                "companyName": self.company_name,
            }
        )


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(_without_none(body), ensure_ascii=False, separators=(",", ":")).encode()


def _without_none(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(part) if isinstance(part, dict) else part
        for name, part in value.items()
        if part is not None
    }
