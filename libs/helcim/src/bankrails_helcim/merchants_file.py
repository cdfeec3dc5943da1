"""The merchants file: who they are, and the Helcim tokens that act for them."""

from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bankrails_contracts.ids import Id
from bankrails_contracts.money import Currency
from bankrails_contracts.parts import Country
from bankrails_messaging.start import StartRefused
from bankrails_telemetry.redaction import REGISTERED_CHARS_MIN
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from bankrails_helcim.merchant import Merchant

CURRENCY_OF: dict[str, Currency] = {"CA": Currency.CAD, "US": Currency.USD}


class MerchantsUnusable(StartRefused):
    """The file cannot be used; the text is one readable line without a token."""


class Tokens(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    general: SecretStr
    """Customers, bank accounts and mandates: General, Read & Write."""
    withdraw: SecretStr
    """Debits: Transaction Processing, at least Positive Transaction."""

    @field_validator("general", "withdraw")
    @classmethod
    def _goes_into_a_header(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("a token is printable ASCII without blanks")
        if len(text) < REGISTERED_CHARS_MIN:
            raise ValueError(
                f"a token has at least {REGISTERED_CHARS_MIN} characters"
            )  # a shorter one cannot be redacted
        return token


class MerchantEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Id
    country: Country
    currency: Currency
    time_zone: str
    payment_max_minor: Annotated[int, Field(gt=0, le=2_500_000)] = 2_500_000
    """Helcim's own limit is 25,000.00 a bank payment."""
    tokens: Tokens

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.currency != CURRENCY_OF[self.country]:
            raise ValueError(f"a merchant in {self.country} collects {CURRENCY_OF[self.country]}")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"time_zone {self.time_zone!r} is not an IANA zone") from None
        return self

    @property
    def merchant(self) -> Merchant:
        return Merchant(self.id, self.country, self.currency, self.time_zone, self.payment_max_minor)


class MerchantsFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    merchants: Annotated[tuple[MerchantEntry, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        ids = [entry.id for entry in self.merchants]
        if len(ids) != len(set(ids)):
            raise ValueError("a merchant id occurs twice")
        return self


def read_merchants(path: Path) -> dict[str, MerchantEntry]:
    """By merchant id. Raises MerchantsUnusable."""
    try:
        file = MerchantsFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise MerchantsUnusable(f"merchants file {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise MerchantsUnusable(f"merchants file {path}: {where}: {first['msg']}") from None
    return {entry.id: entry for entry in file.merchants}
