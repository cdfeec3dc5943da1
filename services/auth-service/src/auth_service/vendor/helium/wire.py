"""What Helium answers. Tolerant: the public page gives the names of a few fields and the shape of none."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ChallengeObject(Wire):
    type: Text = ""
    options: tuple[str, ...] = ()
    expires_at: datetime | None = None


class Authorization(Wire):
    status: str
    session_id: str | None = None
    message: Text = ""
    challenge: ChallengeObject | str | None = None
    attempts_remaining: int | None = None


class Address(Wire):
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Profile(Wire):
    name: str | None = None
    addresses: tuple[Address, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


class Account(Wire):
    account_id: str
    type: Text = ""
    currency: str | None = None
    institution_number: str | None = None
    transit_number: str | None = None
    account_number: str | None = None
    balance_current: Any = None
    balance_available: Any = None
    holder_name: str | None = None


class CompleteResponse(Wire):
    profile: Profile = Profile()
    accounts: tuple[Account, ...]
