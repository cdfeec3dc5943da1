"""What the vendor answers, as models: tolerant of every form its documents show, intolerant of a missing fact.

An answer that lacks what a model requires is unreadable, and what that means depends on the call (errors.py). Field
names are ours, aliases theirs; words stay as written, beside a property that says what we read in them.
Source: Helcim guide: ACH Payment API, samples; Helcim OpenAPI 2.2.0, schemas.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from bankrails_contracts.money import Currency
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel

from bankrails_helcim import mapping
from bankrails_helcim.mapping import Word
from bankrails_helcim.money import cents
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, read_date, read_instant


def _instant(text: str | None, info: ValidationInfo) -> datetime | None:
    return read_instant(text, (info.context or {}).get("zone", MOUNTAIN_TIME))


Instant = Annotated[datetime | None, BeforeValidator(_instant)]
"""Aware UTC; None where the vendor writes its date of zeros."""
WallDate = Annotated[date | None, BeforeValidator(read_date)]
Cents = Annotated[int, BeforeValidator(cents)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
"""Some samples give phone numbers and codes as JSON numbers."""
Flag = Annotated[bool, BeforeValidator(lambda value: value or 0)]
"""1 or 0, as a number or as text."""
Number = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]
OptionalWord = Annotated[Word, BeforeValidator(lambda value: "" if value is None else value)]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)


class Address(Wire):
    name: Text = ""
    street1: Text = ""
    street2: Text = ""
    city: Text = ""
    province: Text = ""
    country: Text = ""
    """ISO 3166 alpha-3: CAN, USA."""
    postal_code: Text = ""
    phone: Text = ""
    email: Text = ""


class Customer(Wire):
    id: int
    customer_code: Text
    contact_name: Text = ""
    business_name: Text = ""
    cell_phone: Text = ""
    billing_address: Address | None = None
    shipping_address: Address | None = None


class BankAccount(Wire):
    """Read names differ from written ones: `bankIdNumber` here is `bankFinancialNumber` there."""

    id: int
    customer_id: int
    bank_token: Text = ""
    bank_account_number_l4: Text = Field(validation_alias="bankAccountNumberL4")
    """The last four digits; the vendor never gives back more."""
    bank_id_number: Text = ""
    """Canada: the institution, three digits."""
    transit_number: Text = ""
    routing_number: Text = ""
    """United States; "" in Canada."""
    account_type: OptionalWord = ""
    account_corporate: OptionalWord = ""
    verified: Flag = False
    ready: Flag = False
    """A PAD is accepted and active. Documented as text, shown as a number: both are read."""
    created_at: Instant = Field(None, validation_alias="dateCreated")
    updated_at: Instant = Field(None, validation_alias="dateUpdated")
    last_used_at: Instant = Field(None, validation_alias="dateLastUsed")
    verified_at: Instant = Field(None, validation_alias="dateVerified")
    address: Address | None = None

    @property
    def type(self) -> mapping.AccountType:
        return mapping.account_type(self.account_type)

    @property
    def holder(self) -> mapping.Holder:
        return mapping.holder(self.account_corporate)


class NewBankAccountId(Wire):
    id: int


class Pad(Wire):
    """A pre-authorized debit agreement. One bank account collects several over time, at most one of them active."""

    id: int
    bank_account_id: int
    customer_id: int
    accepted: Word
    status: Word
    type_word: OptionalWord = Field("", validation_alias="type")
    created_at: Instant = Field(None, validation_alias="dateCreated")
    updated_at: Instant = Field(None, validation_alias="dateUpdated")
    accepted_at: Instant = Field(None, validation_alias="dateAccepted")
    revoked_at: Instant = Field(None, validation_alias="dateRevoked")
    earliest_debit_at: Instant = Field(None, validation_alias="dateEarliestDebit")
    earliest_debit_on: WallDate = Field(None, validation_alias=AliasChoices("dateEarliestDebit"))
    """The same as the date on the vendor's wall."""

    @property
    def state(self) -> mapping.PadState:
        return mapping.pad_state(self.accepted, self.status)

    @property
    def type(self) -> mapping.PadType:
        return mapping.pad_type(self.type_word)


class AchTransaction(Wire):
    """A debit, or a refund or reversal of one. It carries no reference of ours: its id alone tells it from its twin."""

    id: int
    bank_account_id: int
    amount_minor: Cents = Field(validation_alias="amount")
    currency_word: Word = Field(validation_alias="currency")
    status_auth: Word
    status_clearing: Word
    status_batch: Word
    transaction_type: Word
    batch_id: Number = 0
    """0 while the debit waits for a PAD."""
    order_id: Number = 0
    original_transaction_id: Number = 0
    """Of a refund or reversal: what it undoes. 0 otherwise."""
    created_at: Instant = Field(None, validation_alias="dateCreated")
    closed_at: Instant = Field(None, validation_alias="dateClosed")
    """When its batch closed: read it here, it cannot be computed."""
    bank_account_l4l4: Word | None = Field(
        None, validation_alias=AliasChoices("bankAccountL4L4", "bankAccountL4l4", "bankaccountl4l4"), repr=False
    )
    """A number that has lost its leading zeros, and not even the guide's own digits agree: never match on it."""
    approval_code: Text = ""
    response_message: Text = ""
    test: Flag = False
    customer_code: Text = ""
    """Absent before the middle of 2026."""
    invoice_number: Text = ""

    @property
    def currency(self) -> Currency | None:
        return mapping.currency(self.currency_word)

    @property
    def auth(self) -> mapping.AuthStatus:
        return mapping.auth_status(self.status_auth)

    @property
    def clearing(self) -> mapping.ClearingStatus:
        return mapping.clearing_status(self.status_clearing)

    @property
    def batch(self) -> mapping.BatchStatus:
        return mapping.batch_status(self.status_batch)

    @property
    def type(self) -> mapping.TransactionType:
        return mapping.transaction_type(self.transaction_type)


_Model = TypeVar("_Model", bound=Wire)


def read_one(body: Any, model: type[_Model], wrappers: Iterable[str], zone: ZoneInfo) -> _Model:
    """One object, however it is packed: bare, under one of `wrappers` or `data`, or in a list of one.

    The guide and the OpenAPI document disagree on the packing, endpoint by endpoint (MAPPING.md, "Packing").
    Raises ValueError (pydantic's ValidationError is one).
    """
    return model.model_validate(_unpack(body, (*wrappers, "data")), context={"zone": zone})


def read_many(body: Any, model: type[_Model], wrappers: Iterable[str], zone: ZoneInfo) -> list[_Model]:
    """A list, bare or wrapped. One unreadable row makes the whole answer unreadable: a look-up that silently misses a
    row would send a debit twice."""
    names = (*wrappers, "data")
    while isinstance(body, dict) and (name := _wrapper(body, names)):
        body = body[name]
    if not isinstance(body, list):
        raise ValueError("not a list")
    return [model.model_validate(row, context={"zone": zone}) for row in body]


def _unpack(body: Any, names: Sequence[str]) -> Any:
    while True:
        if isinstance(body, list) and len(body) == 1:
            body = body[0]
        elif isinstance(body, dict) and (name := _wrapper(body, names)):
            body = body[name]
        else:
            return body


def _wrapper(body: dict[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if isinstance(body.get(name), dict | list)), None)
