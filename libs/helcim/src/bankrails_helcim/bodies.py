"""What we write to the vendor, as bytes: the same content is the same bytes, so a repeat under one key is no conflict.

Write names differ from read ones (wire.py). Source: Helcim OpenAPI 2.2.0, CustomerRequest, bank-account and withdraw
requests.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from bankrails_contracts.money import Currency

from bankrails_helcim.mapping import ACCOUNT_TYPE, COUNTRY_ALPHA3, CURRENCY_ID, HOLDER, AccountType, Holder
from bankrails_helcim.money import dollars

Country = Literal["CA", "US"]
"""ISO 3166 alpha-2; the vendor's alpha-3 is made here."""

_ACCOUNT_TYPE_ID = {ours: theirs for theirs, ours in ACCOUNT_TYPE.items()}
_HOLDER_ID = {ours: theirs for theirs, ours in HOLDER.items()}


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
class NewCustomer:
    customer_code: str
    """Ours, and the only guard against making a customer twice: the call takes no idempotency key."""
    contact_name: str | None = None
    business_name: str | None = None
    """One of the two names at least."""
    cell_phone: str | None = None
    billing_address: NewAddress | None = None

    def body(self) -> bytes:
        return _bytes(
            {
                "customerCode": self.customer_code,
                "contactName": self.contact_name,
                "businessName": self.business_name,
                "cellPhone": self.cell_phone,
                "billingAddress": self.billing_address and self.billing_address.as_json(),
            }
        )


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
