"""payments-service: payers, their bank accounts and mandates, and the payments collected from them."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Instant, Service
from bankrails_contracts.money import Money
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import (
    AccountType,
    Address,
    CanadianAccount,
    Country,
    Email,
    HolderType,
    Text100,
    UsAccount,
)


class PaymentState(StrEnum):
    """The one vocabulary of states, in code, events, metrics and documents (ARCHITECTURE.md)."""

    ACCEPTED = "ACCEPTED"
    SUBMITTING = "SUBMITTING"
    UNKNOWN = "UNKNOWN"
    AWAITING_MANDATE = "AWAITING_MANDATE"
    APPROVED = "APPROVED"
    IN_SETTLEMENT = "IN_SETTLEMENT"
    CLEARED = "CLEARED"
    RETURNED = "RETURNED"
    CONTESTED = "CONTESTED"
    CANCELLED = "CANCELLED"
    VOIDED = "VOIDED"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"
    FINAL = "FINAL"


class PaymentsCommand(Command):
    service = Service.PAYMENTS
    merchant_id: Id


class PaymentsEvent(Event):
    service = Service.PAYMENTS
    merchant_id: Id


# Commands


class RegisterPayer(PaymentsCommand):
    """Make a payer known to the payment vendor. Answered by PayerRegistered or CommandRefused.

    contact_name or business_name is required.
    """

    aggregate_field = "payer_id"
    payer_id: Id
    contact_name: Text100 | None = None
    business_name: Text100 | None = None
    email: Email | None = None
    """Billing e-mail. May come later, but no bank account can be registered without one."""
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9]{10,15}$")] | None = None
    address: Address
    register_accounts_of: Id | None = None
    """A user whose verified accounts are this payer's: each that accounts-service shares is registered, made the
    payer's default and given a mandate, whichever of payer and account comes first."""

    @model_validator(mode="after")
    def _has_a_name(self) -> "RegisterPayer":
        if self.contact_name is None and self.business_name is None:
            raise ValueError("contact_name or business_name is required")
        return self


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

    @model_validator(mode="after")
    def _has_a_holder(self) -> "RegisterBankAccount":
        if self.company_name is None and (self.first_name is None or self.last_name is None):
            raise ValueError("first_name and last_name, or company_name, are required")
        return self


class SetDefaultBankAccount(PaymentsCommand):
    """Make one of a payer's bank accounts its default. The payer is the aggregate.

    Answered by DefaultBankAccountSet or CommandRefused.
    """

    aggregate_field = "payer_id"
    payer_id: Id
    bank_account_id: Id


class RequestMandate(PaymentsCommand):
    """Ask the payer for a pre-authorized debit agreement (PAD) on a bank account.

    The vendor asks by e-mail. The first request for an account adopts the agreement that came with its registration and
    sends no second mail; a further request (a new mandate_id) sends one. Answered by MandateRequested or
    CommandRefused.
    """

    aggregate_field = "mandate_id"
    mandate_id: Id
    bank_account_id: Id


class CollectPayment(PaymentsCommand):
    """Debit a payer's bank account, once. Answered by PaymentAccepted or CommandRefused."""

    aggregate_field = "payment_id"
    payment_id: Id
    payer_id: Id
    bank_account_id: Id
    external_account_id: Id | None = None
    amount: Money
    not_after: Instant | None = None
    """No call is made to the bank after this time; the payment is refused instead."""


# Events


class PayerRegistered(PaymentsEvent):
    aggregate_field = "payer_id"
    payer_id: Id
    vendor_customer_id: str
    adopted: bool = False
    """True when the vendor already had this customer and it was taken over."""


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


class DefaultBankAccountSet(PaymentsEvent):
    aggregate_field = "payer_id"
    payer_id: Id
    bank_account_id: Id


class MandateEvent(PaymentsEvent):
    mandate_id: Id
    bank_account_id: Id


class MandateRequested(MandateEvent):
    aggregate_field = "mandate_id"
    vendor_mandate_id: str
    mailed: bool
    """False when the agreement of the bank account's registration, whose mail is already out, was adopted."""


class MandateAccepted(MandateEvent):
    aggregate_field = "mandate_id"
    accepted_at: Instant
    earliest_debit_on: date | None = None


class MandateRevoked(MandateEvent):
    aggregate_field = "mandate_id"
    revoked_at: Instant


class PaymentEvent(PaymentsEvent):
    payment_id: Id
    payer_id: Id
    bank_account_id: Id
    external_account_id: Id | None = None
    amount: Money
    country: str | None = None
    """ISO 3166 alpha-2, of the bank account."""
    holder_type: Open[HolderType] | None = None
    """Of the bank account; with the country, what decides until when the payment can be claimed back."""


class PaymentAccepted(PaymentEvent):
    """Ours to collect; nothing has been sent to the vendor yet."""

    aggregate_field = "payment_id"


class PaymentRefused(PaymentEvent):
    """Accepted, then refused by a rule of ours before any money moved."""

    aggregate_field = "payment_id"
    code: Open[answers.RefusalCode]
    reason: str


class PaymentSubmitted(PaymentEvent):
    """The vendor has it. That says nothing about the bank."""

    aggregate_field = "payment_id"
    vendor_payment_id: str
    submitted_at: Instant


class PaymentAwaitingMandate(PaymentEvent):
    """The vendor keeps it back until the payer accepts the mandate."""

    aggregate_field = "payment_id"
    vendor_payment_id: str


class PaymentApproved(PaymentEvent):
    """In the vendor's open batch. Approved is neither cleared nor final."""

    aggregate_field = "payment_id"
    vendor_payment_id: str
    approved_at: Instant


class PaymentDeclined(PaymentEvent):
    """The vendor said no; no money moved."""

    aggregate_field = "payment_id"
    vendor_payment_id: str | None = None
    reason: str


class PaymentCancelled(PaymentEvent):
    """Cancelled or voided at the vendor before it left for the bank."""

    aggregate_field = "payment_id"
    vendor_payment_id: str


class PaymentOutcomeUnknown(PaymentEvent):
    """A call was made and no usable answer came. It is looked up at the vendor before anything is sent again."""

    aggregate_field = "payment_id"
    since: Instant
    needs_operator: bool = False
    """True when the look-up cannot decide, for example because two vendor payments match."""
    reason: str


class Resolution(StrEnum):
    FOUND = "found"
    """The vendor had it: adopted, nothing sent again."""
    SENT_AGAIN = "sent_again"
    """Provably absent at the vendor: sent once more under a new idempotency key."""
    ABSENT = "absent"
    """Provably absent at the vendor, and not sent again."""


class PaymentOutcomeResolved(PaymentEvent):
    aggregate_field = "payment_id"
    vendor_payment_id: str | None = None
    resolution: Open[Resolution]


class CommandRefused(answers.CommandRefused):
    service = Service.PAYMENTS
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.PAYMENTS
    aggregate_field = "command_id"
