"""Collecting: one debit of one bank account, once."""

from datetime import date
from enum import StrEnum

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.money import Money
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import HolderType
from bankrails_contracts.payments.base import PaymentsCommand, PaymentsEvent


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
    collect_on: date | None = None
    """Not before this day, by the merchant's clock."""
    notified_on: date | None = None
    """The day on which the payer was told of this debit; the mandate's notice counts from it. None: nobody has told
    them, PreNotificationDue asks for it and the notice counts from that day."""
    re_presents: Id | None = None
    """The returned payment that this one presents again, under the rules of its return code."""


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
    re_presents: Id | None = None
    """The returned payment that this one presents again."""
    presentment: int = 1
    """1 for the original."""


class PaymentAccepted(PaymentEvent):
    """Ours to collect; nothing has been sent to the vendor yet."""

    aggregate_field = "payment_id"


class WaitsFor(StrEnum):
    COLLECT_ON = "collect_on"
    """The command's own day."""
    MANDATE_START = "mandate_start"
    """The mandate's earliest debit day."""
    PRE_NOTIFICATION = "pre_notification"


class PaymentScheduled(PaymentEvent):
    """It waits for a day; nothing is sent before."""

    aggregate_field = "payment_id"
    due_on: date
    reason: Open[WaitsFor]


class PreNotificationDue(PaymentEvent):
    """The payer must be told of this debit on `notify_on` at the latest, for it to go out on `collect_on`."""

    aggregate_field = "payment_id"
    mandate_id: Id | None = None
    notify_on: date
    collect_on: date
    days: int


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
