"""Who may call: merchants, their tokens, and what each token may do (Helcim guide: Connecting to the Helcim API)."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bankrails_sandbox.helcim.assumptions import Assumptions, Limits
from bankrails_sandbox.helcim.levels import General as General
from bankrails_sandbox.helcim.levels import Processing as Processing


class Country(StrEnum):
    CA = "CA"
    US = "US"

    @property
    def alpha3(self) -> str:
        return {"CA": "CAN", "US": "USA"}[self.value]


class Currency(IntEnum):
    """`currencyId` on the wire."""

    CAD = 1
    USD = 2


@dataclass(frozen=True, slots=True)
class Token:
    """An API access configuration. `name` is what its owner called it; `value` travels as `api-token`."""

    name: str
    value: str
    general: General = General.READ_WRITE
    settings: General = General.READ_WRITE
    processing: Processing = Processing.ADMIN
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Merchant:
    """`id` is the vendor's `merchantId`, `name` ours. Without an approved deposit account every withdraw fails.

    `rate_limited` off lifts all three limits, for load runs. A developer test account holds its funding: its batches
    close, and nothing ever clears.
    """

    id: int
    name: str
    country: Country
    currency: Currency
    timezone: str
    tokens: tuple[Token, ...]
    deposit_account_approved: bool = True
    rate_limited: bool = True
    test_account: bool = False

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except ZoneInfoNotFoundError as error:
            raise ValueError(f"no time zone {self.timezone}") from error


def _tokens(name: str) -> tuple[Token, ...]:
    return (
        Token("admin", f"{name}-admin-token"),
        Token("withdraw-only", f"{name}-withdraw-only-token", processing=Processing.POSITIVE),
        Token("refund", f"{name}-refund-token", general=General.READ, processing=Processing.ADMIN),
        Token("read-only", f"{name}-read-only-token", general=General.READ, processing=Processing.AUTH),
        Token("no-access", f"{name}-no-access-token", General.NONE, General.NONE, Processing.NONE),
    )


CANADIAN_MERCHANT = Merchant(208967, "maple-books", Country.CA, Currency.CAD, "America/Toronto", _tokens("maple-books"))
AMERICAN_MERCHANT = Merchant(
    208968, "liberty-books", Country.US, Currency.USD, "America/New_York", _tokens("liberty-books")
)


@dataclass(frozen=True, slots=True)
class HelcimConfig:
    merchants: tuple[Merchant, ...] = (CANADIAN_MERCHANT, AMERICAN_MERCHANT)
    limits: Limits = field(default_factory=Limits)
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        values = [token.value for merchant in self.merchants for token in merchant.tokens]
        if len(set(values)) != len(values):
            raise ValueError("two tokens with one value: a token must select one merchant")
        for taken in ([merchant.id for merchant in self.merchants], [merchant.name for merchant in self.merchants]):
            if len(set(taken)) != len(taken):
                raise ValueError("two merchants with one id or name")
