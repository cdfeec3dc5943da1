"""accounts-service: bank accounts outside, whose they are, and whether they may be used."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Service
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import AccountHolder, AccountType, CanadianAccount, Text100, UsAccount


class ExternalAccountState(StrEnum):
    LINKING = "LINKING"
    """Ours, and not yet known to the vendor."""
    UNVERIFIED = "UNVERIFIED"
    VERIFY_LOCKED = "VERIFY_LOCKED"
    VERIFIED = "VERIFIED"
    DENIED = "DENIED"
    EXPIRED = "EXPIRED"
    ARCHIVED = "ARCHIVED"
    REJECTED = "REJECTED"
    """The vendor made no such account."""


class VerificationMethod(StrEnum):
    BANK_LOGIN = "bank_login"
    """The person logged in at the bank, and the bank showed the account."""
    ATTESTED = "attested"
    """The sender of the command vouches for it."""


class AccountsCommand(Command):
    service = Service.ACCOUNTS


class AccountsEvent(Event):
    service = Service.ACCOUNTS
    external_account_id: Id
    user_id: Id


# Commands


class LinkExternalAccount(AccountsCommand):
    """Make an account that is proven to be the person's known, and verified at once.

    United States: made at Helix. Canada: our own record, no vendor. Answered by ExternalAccountLinked and
    ExternalAccountVerified, or CommandRefused.
    """

    aggregate_field = "external_account_id"
    external_account_id: Id
    user_id: Id
    account: Annotated[CanadianAccount | UsAccount, Field(discriminator="country")]
    """The account number is sealed to accounts-service."""
    account_type: AccountType
    holder: AccountHolder
    helix_customer_id: Annotated[int, Field(gt=0)] | None = None
    """United States: required."""
    bank_name: Text100 | None = None
    connection_id: Id | None = None
    """The bank login that proves it. Without one, the sender vouches for the account."""


# Events


class ExternalAccountLinked(AccountsEvent):
    aggregate_field = "external_account_id"
    country: str
    account_type: Open[AccountType]
    account_masked: str
    """`******` and the last four digits."""
    helix_external_account_id: str | None = None
    connection_id: Id | None = None
    adopted: bool = False
    """True when the vendor already had it under our tag."""


class ExternalAccountVerified(AccountsEvent):
    """It is the person's, and may be used."""

    aggregate_field = "external_account_id"
    method: Open[VerificationMethod]


class ExternalAccountShared(AccountsEvent):
    """A verified account, with its number sealed to payments-service, which may register it."""

    aggregate_field = "external_account_id"
    account: Annotated[CanadianAccount | UsAccount, Field(discriminator="country")]
    """The account number is sealed to payments-service."""
    account_type: Open[AccountType]
    account_masked: str
    holder: AccountHolder


class ExternalAccountCorrected(AccountsEvent):
    """A notice of change was applied: the account's data as they are now, its number sealed to payments-service."""

    aggregate_field = "external_account_id"
    code: str
    """C01-C07, C09."""
    account: Annotated[CanadianAccount | UsAccount, Field(discriminator="country")]
    """The account number is sealed to payments-service."""
    account_type: Open[AccountType]
    account_masked: str
    holder: AccountHolder


class ExternalAccountLocked(AccountsEvent):
    """No new debits; what is at the bank already stays there."""

    aggregate_field = "external_account_id"
    reason: str


class ExternalAccountUnlocked(AccountsEvent):
    aggregate_field = "external_account_id"


class ExternalAccountArchived(AccountsEvent):
    """For good: it cannot be used again."""

    aggregate_field = "external_account_id"


class CommandRefused(answers.CommandRefused):
    service = Service.ACCOUNTS
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.ACCOUNTS
    aggregate_field = "command_id"
