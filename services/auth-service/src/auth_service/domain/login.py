"""One vocabulary for how a bank login goes on, whichever vendor carries it out."""

from datetime import datetime, timedelta
from enum import StrEnum

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import ChallengeKind, Question
from bankrails_contracts.parts import Part

LEAVES_WITHIN = timedelta(minutes=2)
"""After its command, or not at all: later the person has gone, and what the bank asks reaches nobody."""


class StepOutcome(StrEnum):
    REFUSED = "refused"
    """The vendor could not take it: the bank was not asked. `code` and `field` say what was wrong."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The bank said no to what the person gave; they may try again."""
    ERRORED = "errored"
    """The bank or the vendor is in trouble; nothing is known about the credentials."""
    CHALLENGED = "challenged"
    IN_PROGRESS = "in progress"
    EXPIRED = "expired"
    """A challenge was not answered in time."""
    UNKNOWN = "unknown"
    """The bank may have been asked, and no usable answer came."""


class Challenge(Part):
    key: str
    """The vendor's identity of it: two challenges with one key are the same one, seen twice. Within the vendor's call
    its own words, from then on their keyed fingerprint."""
    kind: ChallengeKind
    message: str
    questions: tuple[Question, ...]
    deadline: datetime | None = None
    """None where the vendor names none."""


class Step(Part):
    """Where a login stands after a call. Holds nothing that a person typed."""

    outcome: StepOutcome
    reason: str = ""
    code: RefusalCode | None = None
    field: str | None = None
    challenge: Challenge | None = None
    """With CHALLENGED alone."""
    login_ref: str | None = None
    """The vendor's id of this login, by which it goes on; None when there is none, or no new one."""
    user_ref: str | None = None
    """The vendor's id of the person, where it has one."""
    wait_seconds: int | None = None
    """With ERRORED: how long the vendor says to wait; None when it does not say."""
