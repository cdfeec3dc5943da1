"""What the vendor answers, as models. Fields may be added at any time; one that we need and miss makes it unreadable.

Source: docs.helix.q2.com/reference/response-format; Helix: External Account.
"""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
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
    account_number_masked: str
    """Six asterisks and the last four characters. The number in full, which may stand beside it, is not read."""
    routing_number: str
    status: str
    is_locked: bool = False
