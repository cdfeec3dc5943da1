"""Their words → ours. Every function is total: an unknown word is UNRECOGNISED, never a guess, and the wire object
keeps the word itself for whoever counts it.

Bodies carry numbers, list filters and older endpoints the names, so both are read. Sources and what is inferred:
MAPPING.md, "Words".
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from bankrails_contracts.money import Currency

Word = int | str
"""As the vendor wrote it."""


class AuthStatus(StrEnum):
    """The names are the vendor's, and the values of its list filter."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    IN_PROGRESS = "IN_PROGRESS"
    CANCELLED = "CANCELLED"
    """Cancelled or voided: no money moves."""
    PENDING = "PENDING"
    """Waits until the payer accepts the PAD; without one, for ever."""
    UNRECOGNISED = "UNRECOGNISED"


class ClearingStatus(StrEnum):
    OPENED = "OPENED"
    """On its way, or not yet sent."""
    CLEARED = "CLEARED"
    """A bank can still send it back."""
    REJECTED = "REJECTED"
    CONTESTED = "CONTESTED"
    RETURNED = "RETURNED"
    UNRECOGNISED = "UNRECOGNISED"


class BatchStatus(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    UNRECOGNISED = "UNRECOGNISED"


class TransactionType(StrEnum):
    WITHDRAWAL = "WITHDRAWAL"
    DEPOSIT = "DEPOSIT"
    SETTLE = "SETTLE"
    REVERSE = "REVERSE"
    REFUND = "REFUND"
    UNRECOGNISED = "UNRECOGNISED"


class AccountType(StrEnum):
    CHECKING = "CHECKING"
    SAVINGS = "SAVINGS"
    UNRECOGNISED = "UNRECOGNISED"


class Holder(StrEnum):
    PERSONAL = "PERSONAL"
    CORPORATE = "CORPORATE"
    UNRECOGNISED = "UNRECOGNISED"


class PadType(StrEnum):
    """Not proof of the holder: the guide prints a business PAD on a personal account."""

    PERSONAL = "PERSONAL"
    BUSINESS = "BUSINESS"
    UNRECOGNISED = "UNRECOGNISED"


class PadStatus(StrEnum):
    """As it is written; what is read is a PadState."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class PadState(StrEnum):
    NOT_ACCEPTED = "NOT_ACCEPTED"
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    CONTRADICTORY = "CONTRADICTORY"
    """Active though never accepted: a pair that the guide does not have. It permits nothing."""
    UNRECOGNISED = "UNRECOGNISED"


AUTH_STATUS: Mapping[int, AuthStatus] = {
    1: AuthStatus.APPROVED,
    2: AuthStatus.DECLINED,
    3: AuthStatus.IN_PROGRESS,
    4: AuthStatus.CANCELLED,
    5: AuthStatus.PENDING,
}
CLEARING_STATUS: Mapping[int, ClearingStatus] = {
    0: ClearingStatus.OPENED,
    1: ClearingStatus.CLEARED,
    2: ClearingStatus.REJECTED,
    3: ClearingStatus.CONTESTED,
    4: ClearingStatus.RETURNED,
}
BATCH_STATUS: Mapping[int, BatchStatus] = {1: BatchStatus.OPEN, 2: BatchStatus.CLOSED}
TRANSACTION_TYPE: Mapping[int, TransactionType] = {
    1: TransactionType.WITHDRAWAL,
    2: TransactionType.DEPOSIT,
    3: TransactionType.SETTLE,
    4: TransactionType.REVERSE,
    5: TransactionType.REFUND,
}
ACCOUNT_TYPE: Mapping[int, AccountType] = {1: AccountType.CHECKING, 2: AccountType.SAVINGS}
HOLDER: Mapping[int, Holder] = {1: Holder.PERSONAL, 2: Holder.CORPORATE}
PAD_TYPE: Mapping[int, PadType] = {1: PadType.PERSONAL, 2: PadType.BUSINESS}
CURRENCY: Mapping[int, Currency] = {1: Currency.CAD, 2: Currency.USD}
PAD_STATE: Mapping[tuple[int, int], PadState] = {
    (0, 2): PadState.NOT_ACCEPTED,
    (1, 1): PadState.ACTIVE,
    (1, 2): PadState.REVOKED,
    (0, 1): PadState.CONTRADICTORY,
}

PAD_STATUS_ID: Mapping[PadStatus, int] = {PadStatus.ACTIVE: 1, PadStatus.INACTIVE: 2}
CURRENCY_ID: Mapping[Currency, int] = {ours: theirs for theirs, ours in CURRENCY.items()}
COUNTRY_ALPHA3: Mapping[str, str] = {"CA": "CAN", "US": "USA"}
"""Addresses of customers use alpha-3; creating a bank account, and it alone, alpha-2."""

_Ours = TypeVar("_Ours", bound=StrEnum)


def _read(word: Word, table: Mapping[int, _Ours]) -> _Ours | None:
    """By number, by a number in text, or by name in any case."""
    if isinstance(word, str):
        for ours in table.values():
            if ours.value == word.strip().upper():
                return ours
    number = _number(word)
    return None if number is None else table.get(number)


def _number(word: Word) -> int | None:
    if isinstance(word, int):
        return word
    # ASCII alone: str.isdigit also holds for "²", which int() then refuses.
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 4 else None


def auth_status(word: Word) -> AuthStatus:
    return _read(word, AUTH_STATUS) or AuthStatus.UNRECOGNISED


def clearing_status(word: Word) -> ClearingStatus:
    return _read(word, CLEARING_STATUS) or ClearingStatus.UNRECOGNISED


def batch_status(word: Word) -> BatchStatus:
    return _read(word, BATCH_STATUS) or BatchStatus.UNRECOGNISED


def transaction_type(word: Word) -> TransactionType:
    return _read(word, TRANSACTION_TYPE) or TransactionType.UNRECOGNISED


def account_type(word: Word) -> AccountType:
    return _read(word, ACCOUNT_TYPE) or AccountType.UNRECOGNISED


def holder(word: Word) -> Holder:
    return _read(word, HOLDER) or Holder.UNRECOGNISED


def pad_type(word: Word) -> PadType:
    return _read(word, PAD_TYPE) or PadType.UNRECOGNISED


def pad_state(accepted: Word, status: Word) -> PadState:
    accepted_number, status_number = _number(accepted), _number(status)
    if accepted_number is None or status_number is None:
        return PadState.UNRECOGNISED
    return PAD_STATE.get((accepted_number, status_number), PadState.UNRECOGNISED)


def currency(word: Word) -> Currency | None:
    """None for a currency that the suite does not have."""
    return _read(word, CURRENCY)
