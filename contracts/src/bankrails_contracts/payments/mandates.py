"""A payer's pre-authorized debit agreement (PAD) on one bank account."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from bankrails_contracts.ids import Id
from bankrails_contracts.message import Instant
from bankrails_contracts.parts import Text100
from bankrails_contracts.payments.base import PaymentsCommand, PaymentsEvent


class RequestMandate(PaymentsCommand):
    """Ask the payer for a pre-authorized debit agreement (PAD) on a bank account.

    The vendor asks by e-mail. The first request for an account adopts the agreement that came with its registration and
    sends no second mail; a further request (a new mandate_id) sends one. Answered by MandateRequested or
    CommandRefused.
    """

    aggregate_field = "mandate_id"
    mandate_id: Id
    bank_account_id: Id
    one_time: bool = False
    """It allows one debit and ends with it."""
    pre_notification_days: Annotated[int, Field(ge=0, le=30)] | None = None
    """Calendar days between the notice to the payer and the debit, as the agreement says; 0: waived. None: the
    merchant's setting, by default 10 in Canada and 0 in the United States."""


class MandateAction(StrEnum):
    ACCEPT = "accept"
    """The payer has signed elsewhere: the merchant records it at the vendor."""
    REVOKE = "revoke"


class UpdateMandate(PaymentsCommand):
    """Accept or revoke a mandate at the vendor on the payer's behalf.

    Answered by MandateAccepted or MandateRevoked, or CommandRefused. Debits of it that wait are refused once it is
    revoked.
    """

    aggregate_field = "mandate_id"
    mandate_id: Id
    action: MandateAction
    ip_address: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f.:]{3,45}$")] | None = None
    """The payer's address when they accepted."""
    reason: Text100 | None = None


class MandateEvent(PaymentsEvent):
    mandate_id: Id
    bank_account_id: Id


class MandateRequested(MandateEvent):
    aggregate_field = "mandate_id"
    vendor_mandate_id: str
    mailed: bool
    """False when the agreement of the bank account's registration, whose mail is already out, was adopted."""
    one_time: bool = False
    pre_notification_days: int | None = None


class MandateAccepted(MandateEvent):
    aggregate_field = "mandate_id"
    accepted_at: Instant
    earliest_debit_on: date | None = None


class MandateRevoked(MandateEvent):
    aggregate_field = "mandate_id"
    revoked_at: Instant
    reason: str | None = None
    """What it was revoked for, where it was not the payer: a return code, a command's reason."""


class MandateUsedUp(MandateEvent):
    """A one-time mandate has had its debit; the next one needs a new mandate."""

    aggregate_field = "mandate_id"
    payment_id: Id


class MandateInconsistent(MandateEvent):
    """The vendor shows it active though nobody accepted it. It counts as not accepted; a person should look."""

    aggregate_field = "mandate_id"
    vendor_mandate_id: str
    observed_at: Instant
