"""What handlers ask of the store, and what calls ask of a bank-login vendor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth_service.domain.bank_data import BankData, Interrupted, NotYet
from auth_service.domain.connection import Connection
from auth_service.domain.login import Step


class Reads(Protocol):
    """Committed aggregates by id; ids that do not exist are absent from the answer."""

    def connections(self, ids: Sequence[str]) -> Mapping[str, Connection]: ...


@dataclass(frozen=True, slots=True)
class LoginStart:
    connection_id: str
    user_id: str
    institution: str


@dataclass(frozen=True, slots=True)
class LoginRef:
    """A login at the vendor."""

    login_ref: str
    user_ref: str | None = None


Typed = Mapping[str, str]
"""Field → what the person typed, in the clear; lives as long as the one call."""


class BankLogin(Protocol):
    """A vendor through which people log in at their banks.

    All raise VendorRejected, VendorUnavailable and, where the bank may have been asked, OutcomeUnknown. What the bank
    answers is a Step, also where it is a no.
    """

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        """Give the credentials to the bank; or adopt what is there under our connection id, where the vendor knows it."""
        ...

    async def recover(self, start: LoginStart) -> Step:
        """The credentials are gone before an answer was seen: what became of the start, as far as it can be told."""
        ...

    async def answer(self, ref: LoginRef, typed: Typed) -> Step: ...

    async def read(self, ref: LoginRef) -> Step:
        """Where the login stands. No effect."""
        ...

    async def fetch(
        self, ref: LoginRef, *, numbers_wanted: bool, asked_for: tuple[str, ...]
    ) -> BankData | NotYet | Interrupted:
        """What the bank shows. Repeatable; nothing that the person typed is needed for it."""
        ...
