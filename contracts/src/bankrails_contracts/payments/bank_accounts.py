"""A payer's bank account at the payment vendor."""

from typing import Annotated

from pydantic import Field, model_validator

from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.parts import AccountType, CanadianAccount, Country, HolderType, Text100, UsAccount
from bankrails_contracts.payments.base import PaymentsCommand, PaymentsEvent


class RegisterBankAccount(PaymentsCommand):
    """Register a payer's bank account at the payment vendor, which mails the payer an authorization.

    Answered by BankAccountRegistered or CommandRefused. first_name and last_name, or company_name, are required.
    """

    aggregate_field = "bank_account_id"
    bank_account_id: Id
    payer_id: Id
    external_account_id: Id | None = None
    """The account's id at accounts-service, where it was verified there."""
    account: Annotated[CanadianAccount | UsAccount, Field(discriminator="country")]
    account_type: AccountType
    holder_type: HolderType
    first_name: Text100 | None = None
    last_name: Text100 | None = None
    company_name: Text100 | None = None
    make_default: bool = False
    """Once registered, make it the payer's default."""
    mandate_id: Id | None = None
    """Once registered, request this mandate for it."""
    replaces: Id | None = None
    """An account of the same payer that this one corrects (a notice of change). The old one serves until its bank
    refuses it or this one's mandate is accepted; then BankAccountSuperseded is said of it."""

    @model_validator(mode="after")
    def _has_a_holder(self) -> "RegisterBankAccount":
        if self.company_name is None and (self.first_name is None or self.last_name is None):
            raise ValueError("first_name and last_name, or company_name, are required")
        return self


class RequestBankAccount(PaymentsCommand):
    """Ask the payer by e-mail to enter bank details and a mandate themselves; each command sends one mail.

    Answered by BankAccountRequested or CommandRefused; BankAccountRegistered follows once the payer has done so.
    """

    aggregate_field = "bank_account_id"
    bank_account_id: Id
    payer_id: Id
    mandate_id: Id | None = None
    """The id under which the mandate that comes with the account is kept; without one, one is made."""
    make_default: bool = False


class RemoveBankAccount(PaymentsCommand):
    """Delete it at the vendor. Refused while a payment of it is not at its end there.

    Answered by BankAccountRemoved or CommandRefused.
    """

    aggregate_field = "bank_account_id"
    bank_account_id: Id


class EnableBankAccount(PaymentsCommand):
    """A person found that a disabled account may be debited after all. Answered by BankAccountEnabled."""

    aggregate_field = "bank_account_id"
    bank_account_id: Id
    reason: Text100
    by: Text100


class BankAccountRegistered(PaymentsEvent):
    aggregate_field = "bank_account_id"
    bank_account_id: Id
    payer_id: Id
    external_account_id: Id | None = None
    vendor_bank_account_id: str
    country: Country
    account_masked: str
    """`******` and the last four digits."""
    adopted: bool = False


class BankAccountEvent(PaymentsEvent):
    bank_account_id: Id
    payer_id: Id
    external_account_id: Id | None = None


class BankAccountRequested(BankAccountEvent):
    """The mail is out."""

    aggregate_field = "bank_account_id"
    requested_at: Instant


class BankAccountRemoved(BankAccountEvent):
    aggregate_field = "bank_account_id"


class BankAccountDisabled(BankAccountEvent):
    """No new debit of it is sent; those that wait are refused."""

    aggregate_field = "bank_account_id"
    reason: str
    return_code: str | None = None
    """The return that led to it."""


class BankAccountEnabled(BankAccountEvent):
    aggregate_field = "bank_account_id"
    by: str


class BankAccountSuperseded(BankAccountEvent):
    """A corrected account has taken its place; debits of this one are refused from now on."""

    aggregate_field = "bank_account_id"
    superseded_by: Id
