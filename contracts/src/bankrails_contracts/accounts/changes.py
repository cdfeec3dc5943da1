"""Notices of change (NOC): what a bank says must be corrected before the next entry."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from bankrails_contracts.accounts.base import AccountsEvent, ExternalAccountCommand, ExternalAccountType
from bankrails_contracts.ids import Id
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import AccountHolder, AccountType, CanadianAccount, Part, Text100, UsAccount
from bankrails_contracts.sealed import Sealed


class AppliedBy(StrEnum):
    US = "us"
    VENDOR = "vendor"
    """Helix had applied it before we learned of it."""


class ApplyNotificationOfChange(ExternalAccountCommand):
    """A bank's notice that reached the sender, not us. United States alone.

    Answered by ExternalAccountCorrected or CommandRefused; the reason names the code to send back (C61-C69).
    """

    aggregate_field = "external_account_id"
    code: Annotated[str, StringConstraints(pattern=r"^C(0[1-9]|1[0-4])$")]
    routing_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")] | None = None
    """C02, C03, C07."""
    account_number: Sealed | None = None
    """C01, C03, C06, C07: sealed to accounts-service."""
    account_type: ExternalAccountType | None = None
    """C05, C06, C07: here general_ledger is lawful."""
    name: Text100 | None = None
    """C04: up to 22 characters."""
    received_on: date


class Before(Part):
    """What was corrected, as it was: what did not change is None."""

    account_masked: str | None = None
    routing_number: str | None = None
    account_type: Open[ExternalAccountType] | None = None
    name: str | None = None


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
    before: Before = Before()
    applied_by: Open[AppliedBy] = AppliedBy.US
    payment_id: Id | None = None
    """The payment whose bank sent the notice, where it was one of ours."""


class CorrectionRefused(AccountsEvent):
    """A notice that came as a fact and cannot be applied: nothing was stored. Send `send_back` to the bank."""

    aggregate_field = "external_account_id"
    code: str
    reason: str
    send_back: str
    """C61-C69."""
    payment_id: Id | None = None
    apply_by: date | None = None
