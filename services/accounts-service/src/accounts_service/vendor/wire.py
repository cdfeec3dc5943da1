"""What the vendor answers, as models. Fields may be added at any time; one that we need and miss makes it unreadable.

Source: docs.helix.q2.com/reference/response-format; Helix: External Account.
"""

from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)


class Problem(Wire):
    code: int
    message: str = ""


class Throttle(Wire):
    period_seconds: float | None = Field(None, validation_alias="periodLengthInSeconds")


class Envelope(Wire):
    """`data` is absent where there is none; `errors` is always there, empty on success."""

    data: Any = None
    errors: tuple[Problem, ...]
    request_id: str | None = None
    throttle: Throttle | None = None

    def without(self, secret: str | None) -> Self:
        """A message may hold the values that it complains about."""
        if not secret:
            return self
        errors = [each.model_copy(update={"message": each.message.replace(secret, "******")}) for each in self.errors]
        return self.model_copy(update={"errors": tuple(errors)})


class CreatedAccount(Wire):
    external_account_id: int


class HelixAccount(Wire):
    external_account_id: int
    customer_id: int
    account_number: SecretStr | None = None
    """In full; whether every program shows it is not documented. Read where a notice of change has made it new."""
    account_number_masked: str
    """Six asterisks and the last four characters."""
    routing_number: str
    type: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    business_name: str | None = None
    name: str | None = None
    nick_name: str | None = None
    tag: str | None = None
    custom_field1: str | None = None
    custom_field2: str | None = None
    custom_field3: str | None = None
    custom_field4: str | None = None
    custom_field5: str | None = None
    status: str
    status_date: AwareDatetime | None = None
    is_locked: bool = False
    locked_date: AwareDatetime | None = None
    locked_reason: str | None = None
    noc_code: str | None = None
    last_modified_date: AwareDatetime | None = None
    last_verify_sent_date: AwareDatetime | None = None
    last_verify_expired_date: AwareDatetime | None = None

    @property
    def custom_fields(self) -> dict[str, str]:
        """By our names."""
        found = {f"custom_field_{number}": getattr(self, f"custom_field{number}") for number in range(1, 6)}
        return {name: value for name, value in found.items() if value is not None}


class HelixProgram(Wire):
    """As far as external accounts are concerned."""

    external_accounts_max: int | None = Field(None, validation_alias="perUserExternalAccountCountMax")
    verification_type: str | None = None
    time_zone: str | None = None


class RoutingNumberAnswer(Wire):
    bank_name: str | None = None
    ach_routing_number: str | None = None
    status_code: int | str | None = None
    status_message: str | None = None
