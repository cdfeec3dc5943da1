"""Notices of change (NOC): the bank took the money, and says what to correct before the next entry."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from bankrails_contracts.ids import Id
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.sealed import Sealed
from bankrails_contracts.settlement.base import SettlementCommand, WatchedEvent


class CorrectedAccountType(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"
    GENERAL_LEDGER = "general_ledger"
    LOAN = "loan"


class RecordNotificationOfChange(SettlementCommand):
    """A bank's notice about the account of a payment (addenda 98). United States alone: Canada has none of this kind.

    Answered by NotificationOfChangeReceived or CommandRefused; the refusal's reason names the code to send back
    (C61-C69).
    """

    aggregate_field = "payment_id"
    payment_id: Id
    code: Annotated[str, StringConstraints(pattern=r"^C(0[1-9]|1[0-4])$")]
    corrected_data: Sealed
    """The 29 characters as the bank wrote them, blanks included, sealed to settlement-watcher: an account number may
    stand in them."""
    received_on: date


class NotificationOfChangeReceived(WatchedEvent):
    """Apply it by `apply_by`, or before the next entry if that is later. What it does not correct is None."""

    aggregate_field = "payment_id"
    code: str
    routing_number: str | None = None
    account_number: Sealed | None = None
    """Sealed to accounts-service."""
    account_masked: str | None = None
    account_type: Open[CorrectedAccountType] | None = None
    name: str | None = None
    individual_id: str | None = None
    received_on: date
    apply_by: date
    """Six banking days after it was received."""
    applies: bool
    """False for codes that change nothing of an account (C08-C14)."""
