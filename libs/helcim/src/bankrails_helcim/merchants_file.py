"""The merchants file: who they are, and the Helcim tokens that act for them."""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bankrails_contracts.ids import Id
from bankrails_contracts.money import Currency
from bankrails_contracts.parts import Country
from bankrails_messaging.start import StartRefused
from bankrails_telemetry.redaction import REGISTERED_CHARS_MIN
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from bankrails_helcim.merchant import Merchant, PaymentLimits
from bankrails_helcim.tokens import General, MerchantTokens, Processing, Token, TokenName

CURRENCY_OF: dict[str, Currency] = {"CA": Currency.CAD, "US": Currency.USD}
NOTICE_DAYS = {"CA": 10, "US": 0}
"""Calendar days between notice and debit where nobody agreed otherwise. Source: Rule H1; NACHA asks for none here."""


class MerchantsUnusable(StartRefused):
    """The file cannot be used; the text is one readable line without a token."""


class Tokens(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    general: SecretStr
    """Customers, bank accounts and mandates: General, Read & Write."""
    withdraw: SecretStr
    """Debits: Transaction Processing, at least Positive Transaction."""
    refund: SecretStr | None = None
    """Refunds, voids and cancellations: Transaction Processing, Admin. Absent: the withdraw token's."""

    @field_validator("general", "withdraw", "refund")
    @classmethod
    def _goes_into_a_header(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None:
            return None
        text = token.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("a token is printable ASCII without blanks")
        if len(text) < REGISTERED_CHARS_MIN:
            raise ValueError(
                f"a token has at least {REGISTERED_CHARS_MIN} characters"
            )  # a shorter one cannot be redacted
        return token


class TokenRights(BaseModel):
    """As the vendor's API Access Configuration grants them. What is left out is learned from the vendor's 403."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    processing: Literal["none", "auth", "positive", "admin"] | None = None
    general: Literal["none", "read", "read_write"] | None = None

    def token(self, value: str) -> Token:
        return Token(
            value,
            None if self.processing is None else Processing[self.processing.upper()],
            None if self.general is None else General[self.general.upper()],
        )


class DeclaredRights(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    general: TokenRights = TokenRights()
    withdraw: TokenRights = TokenRights()
    refund: TokenRights | None = None
    """Absent: the withdraw token's, where that one serves both."""


AmountMinor = Annotated[int, Field(gt=0)]


class Limits(BaseModel):
    """Each optional; what they mean: merchant.PaymentLimits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payer_day_minor: AmountMinor | None = None
    payer_month_minor: AmountMinor | None = None
    account_day_minor: AmountMinor | None = None
    account_month_minor: AmountMinor | None = None
    merchant_day_minor: AmountMinor | None = None
    merchant_month_minor: AmountMinor | None = None


class MerchantEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Id
    country: Country
    currency: Currency
    time_zone: str
    payment_max_minor: Annotated[int, Field(gt=0, le=2_500_000)] = 2_500_000
    """Helcim's own limit is 25,000.00 a bank payment."""
    pre_notification_days: Annotated[int, Field(ge=0, le=30)] | None = None
    """Of mandates that do not say it themselves; 0: waived by agreement. Absent: 10 in Canada (Rule H1), 0 in the United
    States."""
    limits: Limits = Limits()
    holds_funding: bool = False
    """A developer test account of Helcim's: nothing settles there, and what is open is voided after tests."""
    hold_banking_days: Annotated[int, Field(ge=0, le=60)] | None = None
    """From seen cleared to available. Absent: 3 in the United States, 4 in Canada."""
    claims_reserve_basis_points: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Of what payers can still claim back. Absent: what they have called unauthorized in sixty days, 0.5 % at least."""
    tokens: Tokens
    rights: DeclaredRights = DeclaredRights()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.currency != CURRENCY_OF[self.country]:
            raise ValueError(f"a merchant in {self.country} collects {CURRENCY_OF[self.country]}")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"time_zone {self.time_zone!r} is not an IANA zone") from None
        if self.rights.refund is not None and self.tokens.refund is None:
            raise ValueError("rights.refund is declared, and there is no refund token")
        return self

    @property
    def merchant(self) -> Merchant:
        days = self.pre_notification_days
        return Merchant(
            self.id,
            self.country,
            self.currency,
            self.time_zone,
            self.payment_max_minor,
            pre_notification_days=NOTICE_DAYS[self.country] if days is None else days,
            limits=PaymentLimits(**self.limits.model_dump()),
            holds_funding=self.holds_funding,
            hold_banking_days=self.hold_banking_days,
            claims_reserve_basis_points=self.claims_reserve_basis_points,
        )

    @property
    def held(self) -> MerchantTokens:
        """The tokens themselves, by what they are used for."""
        withdraw, refund = self.tokens.withdraw, self.tokens.refund
        refund_rights = self.rights.refund or (self.rights.withdraw if refund is None else TokenRights())
        return {
            TokenName.GENERAL: self.rights.general.token(self.tokens.general.get_secret_value()),
            TokenName.WITHDRAW: self.rights.withdraw.token(withdraw.get_secret_value()),
            TokenName.REFUND: refund_rights.token((refund or withdraw).get_secret_value()),
        }


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
