"""One verification by several methods in order: where one fails or expires, the next is tried."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from bankrails_contracts.accounts.base import (
    AccountsCommand,
    AccountsEvent,
    BankAccount,
    CustomFields,
    HelixCustomerId,
    Text50,
    VerificationMethod,
)
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import AccountHolder, AccountType, Email


class OrderedMethod(StrEnum):
    BANK_LOGIN = "bank_login"
    """By StartAuthentication at auth-service, which the sender sends with `connection_id`."""
    TRIAL_DEPOSITS = "trial_deposits"
    MICRO_DEPOSITS = "micro_deposits"


class FellBackFor(StrEnum):
    FAILED = "failed"
    EXPIRED = "expired"
    REFUSED = "refused"
    """A command of the step was refused."""
    NO_SUCH_ACCOUNT = "no_such_account"
    """The login succeeded and did not show the account."""
    NAME_MISMATCH = "name_mismatch"


class StartVerification(AccountsCommand):
    """Prove one account by the first of `methods` that succeeds.

    Answered by VerificationStarted or CommandRefused; each step's own events follow.
    """

    aggregate_field = "verification_id"
    verification_id: Id
    external_account_id: Id
    """Under which the account is known once a method proved it."""
    user_id: Id
    methods: Annotated[tuple[OrderedMethod, ...], Field(min_length=1, max_length=3)]
    """In the order in which they are tried, each once."""
    connection_id: Id | None = None
    """bank_login: the login of StartAuthentication."""
    account: BankAccount | None = None
    """Deposits: required. A login: which of its accounts is meant. The account number is sealed to accounts-service."""
    account_type: AccountType = AccountType.CHECKING
    holder: AccountHolder
    helix_customer_id: HelixCustomerId | None = None
    email: Email | None = None
    """micro_deposits: required."""
    nickname: Text50 | None = None
    custom_fields: CustomFields = CustomFields()
    login_by: Instant | None = None
    """bank_login: when to give the login up; without it, an hour after the start."""

    @model_validator(mode="after")
    def _has_what_its_methods_need(self) -> Self:
        if len(set(self.methods)) < len(self.methods):
            raise ValueError("a method occurs twice")
        needed = {
            OrderedMethod.BANK_LOGIN: ("connection_id",),
            OrderedMethod.TRIAL_DEPOSITS: ("account", "helix_customer_id"),
            OrderedMethod.MICRO_DEPOSITS: ("account", "email"),
        }
        for method in self.methods:
            for field in needed[method]:
                if getattr(self, field) is None:
                    raise ValueError(f"{field} is required for {method}")
        return self


class VerificationEvent(AccountsEvent):
    verification_id: Id


class VerificationStarted(VerificationEvent):
    aggregate_field = "verification_id"
    method: Open[VerificationMethod]
    """The first to be tried."""
    then: tuple[Open[VerificationMethod], ...] = ()
    """What follows where it fails, in order."""


class VerificationFellBack(VerificationEvent):
    """One method ended without a proof; the next begins."""

    aggregate_field = "verification_id"
    from_method: Open[VerificationMethod]
    to_method: Open[VerificationMethod]
    because: Open[FellBackFor]
    reason: str


class VerificationSucceeded(VerificationEvent):
    aggregate_field = "verification_id"
    method: Open[VerificationMethod]


class VerificationExhausted(VerificationEvent):
    """The last method ended without a proof."""

    aggregate_field = "verification_id"
    from_method: Open[VerificationMethod]
    because: Open[FellBackFor]
    reason: str
