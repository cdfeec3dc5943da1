"""Money: an integer of minor units and an ISO 4217 currency. No float is money."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict

AMOUNT_MINOR_MAX = 99_999_999_999
"""999,999,999.99: far above what any vendor here takes, far below where a JSON number loses digits."""


class Currency(StrEnum):
    CAD = "CAD"
    USD = "USD"


class Money(BaseModel):
    """A positive amount. `amount_minor` counts cents: 4995 with CAD is 49.95 Canadian dollars."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    amount_minor: Annotated[int, Strict(), Field(gt=0, le=AMOUNT_MINOR_MAX)]
    currency: Currency

    def __str__(self) -> str:
        return f"{self.amount_minor // 100}.{self.amount_minor % 100:02d} {self.currency}"
