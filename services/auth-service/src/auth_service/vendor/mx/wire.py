"""What MX answers, as far as we read it. Nearly every field of the vendor's may be null."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
Flag = Annotated[bool, BeforeValidator(lambda value: bool(value))]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class User(Wire):
    guid: str
    id: str | None = None


class Institution(Wire):
    code: str
    supported_products: tuple[str, ...] = ()
    supports_oauth: Flag = False


class Credential(Wire):
    guid: str
    field_name: Text = ""
    field_type: Text = ""
    type: Text = ""
    label: Text = ""


class Member(Wire):
    guid: str
    id: str | None = None
    institution_code: Text = ""
    is_being_aggregated: Flag = False


class Option(Wire):
    guid: Text = ""
    label: Text = ""
    value: Text = ""


class Challenge(Wire):
    guid: str
    label: Text = ""
    type: Text = ""
    """A name, or in one older sample the number 0."""
    image_data: str | None = None
    options: tuple[Option, ...] | None = None
    image_options: tuple[Option, ...] | None = None


class MemberStatus(Wire):
    guid: str
    connection_status: str | None = None
    is_being_aggregated: Flag = False
    challenges: tuple[Challenge, ...] | None = None


class Account(Wire):
    guid: str
    type: Text = ""
    name: str | None = None
    account_number: str | None = None
    """Masked by the vendor."""
    currency_code: str | None = None
    balance: Any = None
    available_balance: Any = None
    is_closed: Flag = False


class AccountNumber(Wire):
    account_guid: str
    account_number: str | None = None
    routing_number: str | None = None


class AccountOwner(Wire):
    account_guid: str
    owner_name: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    email: str | None = None
    phone: str | None = None
