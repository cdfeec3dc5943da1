"""Micro-deposits by MX: as trial deposits, with amounts of 0.01 to 0.09 and another vendor. United States alone."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict, model_validator

from bankrails_contracts.accounts.base import (
    AccountsCommand,
    AccountsEvent,
    BankAccount,
    HelixCustomerId,
    Text50,
)
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import AccountHolder, AccountType, Email

MicroCents = Annotated[int, Strict(), Field(ge=1, le=9)]
"""Minor units of one deposit: 9 is 0.09."""


class MicrodepositStatus(StrEnum):
    """MX's own words, with the numbers that its front end uses in brackets."""

    INITIATED = "INITIATED"
    """(0) The record is made."""
    REQUESTED = "REQUESTED"
    """(1) The provider was asked to send the deposits."""
    DEPOSITED = "DEPOSITED"
    """(2) Sent: ask the person for the amounts."""
    VERIFIED = "VERIFIED"
    """(3) Final."""
    ERRORED = "ERRORED"
    """(4) They could not be made. Final."""
    DENIED = "DENIED"
    """(5) Wrong amounts, with attempts left."""
    PREVENTED = "PREVENTED"
    """(6) The third wrong attempt. Final."""
    CONFLICTED = "CONFLICTED"
    """(7) Another request for this account exists. Final."""
    REJECTED = "REJECTED"
    """(8) Validation failed. Final."""
    PREINITIATED = "PREINITIATED"
    """(9) Name and e-mail alone are known."""


class StartMicrodeposit(AccountsCommand):
    """Prove an account by micro-deposits. Without `account`, name and e-mail alone are put down (PREINITIATED).

    Answered by MicrodepositStatusChanged or CommandRefused: in Canada always (NOT_OFFERED). Once verified, the account
    becomes the external account `external_account_id`.
    """

    aggregate_field = "microdeposit_id"
    microdeposit_id: Id
    external_account_id: Id
    """Under which the account will be known."""
    user_id: Id
    account: BankAccount | None = None
    """The account number is sealed to accounts-service."""
    account_type: AccountType = AccountType.CHECKING
    holder: AccountHolder
    email: Email
    account_name: Text50 | None = None
    helix_customer_id: HelixCustomerId | None = None
    """Once verified, make it at Helix too; without it, it is our own record alone."""
    verification_id: Id | None = None
    """The verification of which this is a step."""


class UpdateMicrodeposit(AccountsCommand):
    """Change what was given, before anything was deposited; what is left out stays.

    At the vendor it is deleted and made anew; our id stays. Answered by MicrodepositStatusChanged or CommandRefused.
    """

    aggregate_field = "microdeposit_id"
    microdeposit_id: Id
    account: BankAccount | None = None
    """The account number is sealed to accounts-service."""
    account_type: AccountType | None = None
    holder: AccountHolder | None = None
    email: Email | None = None
    account_name: Text50 | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "UpdateMicrodeposit":
        if not self.model_dump(exclude={"microdeposit_id"}, exclude_none=True):
            raise ValueError("nothing to change")
        return self


class VerifyMicrodeposit(AccountsCommand):
    """The two amounts, as the person saw them. Each command is one attempt of three: no machine repeats it.

    Answered by MicrodepositStatusChanged, MicrodepositOutcomeUnknown or CommandRefused, which costs no attempt.
    """

    aggregate_field = "microdeposit_id"
    microdeposit_id: Id
    amounts_minor: Annotated[tuple[MicroCents, ...], Field(min_length=2, max_length=2)]


class MicrodepositEvent(AccountsEvent):
    microdeposit_id: Id


class MicrodepositStatusChanged(MicrodepositEvent):
    aggregate_field = "microdeposit_id"
    status: Open[MicrodepositStatus]
    previous_status: Open[MicrodepositStatus] | None = None
    """None for the first."""
    account_masked: str | None = None
    """`******` and the last four characters."""
    attempts_left: int | None = None
    """Where amounts can be named."""
    ask_at: Instant | None = None
    """INITIATED, REQUESTED: when the deposits should be on the person's statement."""
    retained_until: Instant | None = None
    """When the vendor forgets it, unless it is verified by then."""
    reason: str | None = None
    """The vendor's words, where it gives any."""
    mx_microdeposit_guid: str | None = None
    verification_id: Id | None = None


class MicrodepositOutcomeUnknown(MicrodepositEvent):
    """The amounts were sent and no usable answer came; an attempt may be used up. The status is read again."""

    aggregate_field = "microdeposit_id"
    reason: str


class MicrodepositExpired(MicrodepositEvent):
    """The vendor forgot it (21 days) before the amounts were named. A new one may be started."""

    aggregate_field = "microdeposit_id"
    verification_id: Id | None = None
