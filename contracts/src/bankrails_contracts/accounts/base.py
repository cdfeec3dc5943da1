"""What all messages of accounts-service share: the states, the vocabulary of accounts, and the answers of every service."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Instant, Service
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import CanadianAccount, HolderType, Part, UsAccount

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
"""Control characters end up in log lines and statements, and PostgreSQL stores no NUL."""

Text50 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50, pattern=ONE_LINE)]
Text255 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=ONE_LINE)]
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,50}$")]
"""It goes into an address at the vendor, so it has no character that would have to be escaped there."""

HelixCustomerId = Annotated[int, Field(gt=0)]
"""The person's customer at Helix. The suite makes no Helix customers."""

BankAccount = Annotated[CanadianAccount | UsAccount, Field(discriminator="country")]


class ExternalAccountState(StrEnum):
    LINKING = "LINKING"
    """Ours, and not yet known to the vendor."""
    OVER_LIMIT = "OVER_LIMIT"
    """The customer has as many accounts as they may. A person decides: ApproveOverLimit."""
    APPROVED_OVER_LIMIT = "APPROVED_OVER_LIMIT"
    """Approved; it is adopted once a person has made it at the vendor."""
    UNVERIFIED = "UNVERIFIED"
    VERIFY_LOCKED = "VERIFY_LOCKED"
    VERIFIED = "VERIFIED"
    DENIED = "DENIED"
    EXPIRED = "EXPIRED"
    ARCHIVED = "ARCHIVED"
    REJECTED = "REJECTED"
    """The vendor made no such account."""


class ExternalAccountType(StrEnum):
    """With the holder's type, the vendor's seven: a checking account of a business is its Business Checking."""

    CHECKING = "checking"
    SAVINGS = "savings"
    PREPAID = "prepaid"
    """Of a person alone."""
    LOAN = "loan"
    """Of a person alone."""
    GENERAL_LEDGER = "general_ledger"
    """Set by a notice of change alone; refused in a command."""


class VerificationMethod(StrEnum):
    BANK_LOGIN = "bank_login"
    """The person logged in at the bank, and the bank showed the account."""
    ATTESTED = "attested"
    """The sender of the command vouches for it."""
    TRIAL_DEPOSITS = "trial_deposits"
    """Helix sent two small amounts, and the person named them."""
    MICRO_DEPOSITS = "micro_deposits"
    """MX sent two small amounts, and the person named them."""
    REVIEWED = "reviewed"
    """A person at the vendor decided it."""


class AccountsCommand(Command):
    service = Service.ACCOUNTS


class ExternalAccountCommand(AccountsCommand):
    external_account_id: Id


class AccountsEvent(Event):
    service = Service.ACCOUNTS
    external_account_id: Id
    user_id: Id


class CustomFields(Part):
    """For the sender's own data: kept, shown, and without meaning here."""

    custom_field_1: Text50 | None = None
    custom_field_2: Text50 | None = None
    custom_field_3: Text50 | None = None
    custom_field_4: Text50 | None = None
    custom_field_5: Text50 | None = None


class ExternalAccountView(Part):
    """All that is known of an account, its numbers masked."""

    country: str
    account_masked: str
    """`******` and the last four characters; the asterisks alone for a number of fewer than seven."""
    routing_masked: str | None = None
    """United States: `******` and the last four digits."""
    account_type: Open[ExternalAccountType]
    holder_type: Open[HolderType]
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    bank_name: str | None = None
    """The Federal Reserve directory's name for the routing number where the vendor looks it up, else as it was given."""
    nickname: str | None = None
    tag: str | None = None
    """At the vendor; it never changes."""
    custom_fields: CustomFields = CustomFields()
    state: Open[ExternalAccountState]
    state_since: Instant | None = None
    locked: bool = False
    """Independent of the state; an account is usable when it is VERIFIED and not locked."""
    locked_at: Instant | None = None
    """When it was last locked; it stays after an unlocking."""
    lock_reason: str | None = None
    noc_code: str | None = None
    """Of the last notice of change."""
    last_modified_at: Instant | None = None
    helix_customer_id: int | None = None
    helix_external_account_id: str | None = None


class CommandRefused(answers.CommandRefused):
    service = Service.ACCOUNTS
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.ACCOUNTS
    aggregate_field = "command_id"
