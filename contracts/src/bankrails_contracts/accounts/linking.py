"""An account that is proven to be the person's: linked, verified, and shared with payments-service."""

from typing import Annotated

from pydantic import Field

from bankrails_contracts.accounts.base import (
    AccountsCommand,
    AccountsEvent,
    BankAccount,
    CustomFields,
    ExternalAccountType,
    HelixCustomerId,
    Tag,
    Text50,
    VerificationMethod,
)
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import AccountHolder, AccountType, CanadianAccount, Text100, UsAccount


class LinkExternalAccount(AccountsCommand):
    """Make an account that is proven to be the person's known, and verified at once.

    United States: made at Helix. Canada: our own record, no vendor. Answered by ExternalAccountLinked and
    ExternalAccountVerified, by AccountLimitReached, or by CommandRefused.
    """

    aggregate_field = "external_account_id"
    external_account_id: Id
    user_id: Id
    account: BankAccount
    """The account number is sealed to accounts-service."""
    account_type: ExternalAccountType
    """general_ledger is refused."""
    holder: AccountHolder
    helix_customer_id: HelixCustomerId | None = None
    """United States: required, unless micro-deposits prove the account; then without one it is our own record alone."""
    bank_name: Text100 | None = None
    connection_id: Id | None = None
    """The bank login that proves it."""
    microdeposit_id: Id | None = None
    """Micro-deposits that were verified elsewhere, which the sender vouches for: accounts-service makes none itself. With
    neither, the sender vouches for the account."""
    nickname: Text50 | None = None
    """United States: unique among the customer's."""
    tag: Tag | None = None
    """At the vendor, unique in its whole program and for ever. Without one, ours follows from external_account_id."""
    custom_fields: CustomFields = CustomFields()


class ExternalAccountLinked(AccountsEvent):
    aggregate_field = "external_account_id"
    country: str
    account_type: Open[ExternalAccountType]
    account_masked: str
    """`******` and the last four digits."""
    helix_external_account_id: str | None = None
    connection_id: Id | None = None
    adopted: bool = False
    """True when the vendor already had it: under our tag, or made there by a person beyond the limit."""
    over_limit: bool = False
    """True when a person approved it beyond the customer's limit."""
    tag: str | None = None
    """At the vendor."""


class ExternalAccountVerified(AccountsEvent):
    """It is the person's, and may be used."""

    aggregate_field = "external_account_id"
    method: Open[VerificationMethod]
    verified_at: Instant | None = None


class ExternalAccountShared(AccountsEvent):
    """A verified account, with its number sealed to payments-service, which may register it."""

    aggregate_field = "external_account_id"
    account: Annotated[CanadianAccount | UsAccount, Field(discriminator="country")]
    """The account number is sealed to payments-service."""
    account_type: Open[AccountType]
    account_masked: str
    holder: AccountHolder
