"""One notice of change that is recorded, until it is told and applied."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bankrails_contracts.settlement import CorrectedAccountType


class NoticeState(StrEnum):
    SEALING = "SEALING"
    """Its account number is not sealed to accounts-service yet, and nothing of it is told."""
    OPEN = "OPEN"
    """Told, and to be applied by `apply_by`."""
    APPLIED = "APPLIED"
    NOTED = "NOTED"
    """Told; nothing is to be applied to the account."""


@dataclass(frozen=True)
class ChangeNotice:
    id: str
    """Follows from the payment, the code and what is corrected."""
    merchant_id: str
    payment_id: str
    external_account_id: str | None
    bank_account_id: str | None
    code: str
    routing_number: str | None
    account_number_encrypted: str | None
    """Until it is told."""
    account_masked: str | None
    account_type: str | None
    """A word of CorrectedAccountType."""
    name: str | None
    individual_id: str | None
    received_on: date
    apply_by: date
    state: NoticeState
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


@dataclass(frozen=True)
class OpenedCorrection:
    """What is known of a notice's data once their seal was opened: never the account number."""

    notice_id: str
    routing_number: str | None = None
    account_number_encrypted: str | None = None
    account_masked: str | None = None
    account_type: CorrectedAccountType | None = None
    name: str | None = None
    individual_id: str | None = None


@dataclass(frozen=True)
class UnusableCorrection:
    """What its rules say against it, and the code to send back to the bank."""

    reason: str
    refuse_as: str
