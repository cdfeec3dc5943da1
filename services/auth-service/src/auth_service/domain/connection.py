"""A connection: one try of a person to log in at their bank, and what it opened."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bankrails_contracts.auth import BankVendor, Question
from bankrails_contracts.parts import LinkAccounts, Part


class Questions(Part):
    asked: tuple[Question, ...]


class ConnectionState(StrEnum):
    STARTING = "STARTING"
    """Ours to carry out; the bank has not answered yet."""
    AUTHENTICATING = "AUTHENTICATING"
    """The bank, or the vendor, is at work."""
    CHALLENGED = "CHALLENGED"
    CONNECTED = "CONNECTED"
    FAILED = "FAILED"
    ERRORED = "ERRORED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


UNDER_WAY = frozenset({ConnectionState.STARTING, ConnectionState.AUTHENTICATING})


@dataclass(frozen=True)
class Connection:
    id: str
    user_id: str
    country: str
    vendor: BankVendor
    institution: str
    state: ConnectionState
    fetch_bank_data: bool
    link_accounts: str | None = None
    """JSON, as the command carried it."""
    vendor_user_ref: str | None = None
    vendor_login_ref: str | None = None
    """Helium: the session. MX: the member."""
    waiting_since: datetime | None = None
    """Since when the vendor has been at work on this step."""
    challenge_id: str | None = None
    """Of the latest challenge; open while CHALLENGED."""
    challenge_key: str | None = None
    """Its keyed fingerprint, by which it is known again."""
    challenge_round: int = 0
    challenge_deadline: datetime | None = None
    challenge_questions: str | None = None
    """JSON."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def questions(self) -> tuple[Question, ...]:
        return () if self.challenge_questions is None else Questions.model_validate_json(self.challenge_questions).asked

    @property
    def linking(self) -> LinkAccounts | None:
        return None if self.link_accounts is None else LinkAccounts.model_validate_json(self.link_accounts)


def questions_json(questions: tuple[Question, ...]) -> str:
    return Questions(asked=questions).model_dump_json(exclude_none=True)


def challenge_id(connection_id: str, challenge_round: int) -> str:
    """The same for the same challenge whenever it is decided on, and another one for the next."""
    return hashlib.sha256(f"{connection_id}/{challenge_round}".encode()).hexdigest()[:32]
