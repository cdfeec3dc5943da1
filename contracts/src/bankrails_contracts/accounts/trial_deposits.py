"""Trial deposits: Helix sends two small amounts, and who can name them owns the account. United States alone."""

from typing import Annotated

from pydantic import Field, Strict

from bankrails_contracts.accounts.base import (
    AccountsCommand,
    AccountsEvent,
    BankAccount,
    CustomFields,
    ExternalAccountCommand,
    ExternalAccountType,
    HelixCustomerId,
    Tag,
    Text50,
    VerificationMethod,
)
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import AccountHolder, Text100

Cents = Annotated[int, Strict(), Field(ge=1, le=99)]
"""Minor units of one deposit: 18 is 0.18."""

TwoAmounts = Annotated[tuple[Cents, ...], Field(min_length=2, max_length=2)]
"""In either order."""


class InitiateExternalAccount(AccountsCommand):
    """Make an account known that trial deposits are to prove.

    Answered by ExternalAccountInitiated once the vendor sends them, by AccountLimitReached, or by CommandRefused: in
    Canada always (NOT_OFFERED).
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
    """Required in the United States, and so always but for being refused by name."""
    bank_name: Text100 | None = None
    nickname: Text50 | None = None
    """Unique among the customer's."""
    tag: Tag | None = None
    """At the vendor, unique in its whole program and for ever. Without one, ours follows from external_account_id."""
    custom_fields: CustomFields = CustomFields()
    verification_id: Id | None = None
    """The verification of which this is a step."""


class VerifyTrialDeposits(ExternalAccountCommand):
    """The two amounts, as the person saw them. Each command is one attempt, and attempts are few: no machine repeats it.

    Answered by ExternalAccountVerified, VerificationFailed, ExternalAccountVerifyLocked, ExternalAccountDenied,
    ExternalAccountExpired, VerificationOutcomeUnknown or CommandRefused, which costs no attempt.
    """

    aggregate_field = "external_account_id"
    amounts_minor: TwoAmounts
    """Each 1 to 49 cents; others are refused."""


class ExternalAccountInitiated(AccountsEvent):
    """The vendor sends the deposits."""

    aggregate_field = "external_account_id"
    account_type: Open[ExternalAccountType]
    account_masked: str
    """`******` and the last four characters."""
    helix_external_account_id: str
    adopted: bool = False
    """True when the vendor already had it: under our tag, or made there by a person beyond the limit."""
    tag: str
    initiated_at: Instant
    ask_at: Instant
    """When the deposits should be on the person's statement; TrialDepositsExpected follows then."""
    expires_at: Instant
    """Until then the amounts can be named."""
    verification_id: Id | None = None


class TrialDepositsExpected(AccountsEvent):
    """Ask the person for the amounts now."""

    aggregate_field = "external_account_id"
    expected_since: Instant
    expires_at: Instant


class VerificationFailed(AccountsEvent):
    """The amounts were not those of the deposits. The account stays unverified."""

    aggregate_field = "external_account_id"
    method: Open[VerificationMethod]
    attempts_left: int | None = None
    """None where the vendor's answer does not tell."""


class VerificationOutcomeUnknown(AccountsEvent):
    """The amounts were sent and no usable answer came; an attempt may be used up. Ask the person to look again.

    Where the vendor's own record shows later that it was verified or locked, that is said as usual.
    """

    aggregate_field = "external_account_id"
    method: Open[VerificationMethod]
    reason: str


class ExternalAccountVerifyLocked(AccountsEvent):
    """All attempts are used up. Only a person at the vendor can lift it; the account keeps its place in the limit."""

    aggregate_field = "external_account_id"


class ExternalAccountDenied(AccountsEvent):
    """A person at the vendor said no, or the bank sent the deposits back."""

    aggregate_field = "external_account_id"


class ExternalAccountExpired(AccountsEvent):
    """The amounts were not named in time."""

    aggregate_field = "external_account_id"
    expired_at: Instant
