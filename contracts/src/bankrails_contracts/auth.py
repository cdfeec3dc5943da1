"""auth-service: bank logins, their challenges, and the bank data that a login opens."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Instant, Service
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import CanadianAccount, Country, LinkAccounts, Part, UsAccount
from bankrails_contracts.sealed import Sealed

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class BankVendor(StrEnum):
    HELIUM = "helium"
    """Canada."""
    MX = "mx"
    """United States."""


class ChallengeKind(StrEnum):
    MFA = "mfa"
    """Something the person knows: a question of the bank."""
    TWO_FACTOR = "2fa"
    """Something the person has: a one-time code."""


class QuestionType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    """Answered with the `value` of one of the options."""
    IMAGE = "image"
    """`image_data` shows what is to be read."""
    CODE = "code"
    """A one-time code, by text message, e-mail or an app."""


class FoundAccountType(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"
    CREDIT = "credit"
    LOAN = "loan"
    OTHER = "other"


class SealedAnswer(Part):
    """One field of a login form or of a challenge, filled in by the person."""

    field: FieldName
    """Credentials: `username` (or card number), `password`, `branch` where the bank asks for it, or the name that the
    institution's own form has. Challenges: the question's `field`."""
    value: Sealed
    """Sealed to auth-service."""


def _each_once(filled: tuple[SealedAnswer, ...]) -> None:
    fields = [item.field for item in filled]
    if len(fields) != len(set(fields)):
        raise ValueError("a field occurs twice")


class AuthCommand(Command):
    service = Service.AUTH


class AuthEvent(Event):
    service = Service.AUTH
    connection_id: Id
    user_id: Id


# Commands


class StartAuthentication(AuthCommand):
    """Log a person in at their bank, once: no machine repeats a login.

    Answered by AuthenticationStarted or CommandRefused; what the bank says follows as events of the same connection.
    """

    aggregate_field = "connection_id"
    connection_id: Id
    """A new one for every try of the person's."""
    user_id: Id
    """The person, in the sender's own numbering."""
    country: Country
    """Decides the vendor: CA Helium, US MX."""
    institution: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    """The vendor's code for the bank."""
    credentials: Annotated[tuple[SealedAnswer, ...], Field(min_length=1, max_length=10)]
    fetch_bank_data: bool = True
    """Fetch the bank data as soon as the login has succeeded, without a FetchBankData."""
    link_accounts: LinkAccounts | None = None
    """Carried through to BankDataFetched, for accounts-service."""

    @model_validator(mode="after")
    def _fields_differ(self) -> "StartAuthentication":
        _each_once(self.credentials)
        return self


class AnswerChallenge(AuthCommand):
    """The person's answer to a ChallengeRequired, given to the bank once.

    Answered by ChallengeRequired (a further one), AuthenticationSucceeded, AuthenticationFailed,
    AuthenticationErrored, AuthenticationOutcomeUnknown, AuthenticationExpired or CommandRefused.
    """

    aggregate_field = "connection_id"
    connection_id: Id
    challenge_id: Id
    """As in the event: an answer to a challenge that is no longer open is refused."""
    answers: Annotated[tuple[SealedAnswer, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _fields_differ(self) -> "AnswerChallenge":
        _each_once(self.answers)
        return self


class FetchBankData(AuthCommand):
    """Read what the bank shows of a person who is logged in. Answered by BankDataFetched or CommandRefused."""

    aggregate_field = "connection_id"
    connection_id: Id


# Events


class AuthenticationStarted(AuthEvent):
    """Ours to carry out; the bank has not been asked yet."""

    aggregate_field = "connection_id"
    vendor: Open[BankVendor]
    country: str
    institution: str


class ChoiceOption(Part):
    value: str
    label: str


class Question(Part):
    field: str
    label: str
    type: Open[QuestionType]
    options: tuple[ChoiceOption, ...] = ()
    image_data: str | None = None
    """A data URI."""


class ChallengeRequired(AuthEvent):
    """The bank wants an answer of the person before `deadline`."""

    aggregate_field = "connection_id"
    challenge_id: Id
    challenge_kind: Open[ChallengeKind]
    round: int
    """1 for the first challenge of this login; banks chain them."""
    message: str
    questions: tuple[Question, ...]
    deadline: Instant | None = None


class AuthenticationSucceeded(AuthEvent):
    aggregate_field = "connection_id"
    vendor: Open[BankVendor]
    institution: str


class AuthenticationFailed(AuthEvent):
    """The bank said no to what the person gave. They may try again, with a new connection."""

    aggregate_field = "connection_id"
    reason: str


class AuthenticationErrored(AuthEvent):
    """The bank or the vendor is in trouble; nothing is known about the credentials. A person may start again later."""

    aggregate_field = "connection_id"
    reason: str
    not_before: Instant


class AuthenticationExpired(AuthEvent):
    """A challenge was not answered in time."""

    aggregate_field = "connection_id"
    challenge_id: Id


class AuthenticationOutcomeUnknown(AuthEvent):
    """The bank was called and no usable answer came. No machine repeats it: ask the person to start again."""

    aggregate_field = "connection_id"
    reason: str


class BankAddress(Part):
    """As the bank shows it: any part may be missing."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country: str | None = None


class BankProfile(Part):
    name: str | None = None
    addresses: tuple[BankAddress, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


class FoundAccount(Part):
    """One account that the login shows."""

    account_ref: str
    """The vendor's id of it, stable within the connection."""
    account_type: Open[FoundAccountType]
    name: str | None = None
    holder_name: str | None = None
    account_masked: str | None = None
    """`******` and the last four digits."""
    details: Annotated[CanadianAccount | UsAccount, Field(discriminator="country")] | None = None
    """Its numbers, the account number sealed to accounts-service; None where the bank or the settings give none."""
    currency: str | None = None
    current_minor: int | None = None
    """Minor units; negative where the person owes."""
    available_minor: int | None = None


class BankDataFetched(AuthEvent):
    """What the bank shows: the person, and the accounts that this login proves to be theirs."""

    aggregate_field = "connection_id"
    vendor: Open[BankVendor]
    institution: str
    country: str
    fetched_at: Instant
    profile: BankProfile
    accounts: tuple[FoundAccount, ...]
    link_accounts: LinkAccounts | None = None
    """As StartAuthentication carried it."""


class CommandRefused(answers.CommandRefused):
    service = Service.AUTH
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.AUTH
    aggregate_field = "command_id"
