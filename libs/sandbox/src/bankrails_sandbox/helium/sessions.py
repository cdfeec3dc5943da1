"""One login of one person: from the credentials through the bank's challenges to the data, or to a no."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bankrails_sandbox.agenda import Appointment
from bankrails_sandbox.helium.bank import Challenge, ChallengeKind, Outcome
from bankrails_sandbox.helium.institutions import Institution
from bankrails_sandbox.helium.people import Person


class State(StrEnum):
    """Those that the documentation names, and on the way: CREATED, not logged in to yet; EXPIRED, a challenge without
    an answer; CLOSED, the data's time is over."""

    CREATED = "created"
    MFA_REQUIRED = "mfa_required"
    TWO_FA_REQUIRED = "2fa_required"
    SUCCESS = "success"
    FAILED = "failed"
    ERROR = "error"
    EXPIRED = "expired"
    CLOSED = "closed"


CHALLENGED = {ChallengeKind.MFA: State.MFA_REQUIRED, ChallengeKind.TWO_FA: State.TWO_FA_REQUIRED}
ENDED = {Outcome.SUCCESS: State.SUCCESS, Outcome.FAILED: State.FAILED, Outcome.ERROR: State.ERROR}
MESSAGES = {
    Outcome.FAILED: "The bank did not accept these credentials",
    Outcome.ERROR: "The bank cannot be reached at the moment. Please try again later",
}
WRONG_ANSWER = "The bank did not accept this answer"


@dataclass(slots=True)
class Session:
    """`login` is the user or card, None before the person has logged in. No password and no answer is kept.

    `person` is there from success until the data's time is over. `answered` are the challenges behind us.
    """

    id: str
    lender: str
    institution: Institution
    created_at: datetime
    login: str | None = None
    client_identifier: str | None = None
    state: State = State.CREATED
    outcome: Outcome = Outcome.SUCCESS
    message: str | None = None
    waiting: tuple[Challenge, ...] = ()
    answered: tuple[Challenge, ...] = ()
    challenge_expires_at: datetime | None = None
    attempts_remaining: int | None = None
    succeeded_at: datetime | None = None
    person: Person | None = None
    deadline: Appointment | None = field(default=None, repr=False)

    @property
    def challenged(self) -> bool:
        return self.state in CHALLENGED.values()

    @property
    def challenge(self) -> Challenge:
        """The one that waits for an answer; there is one while challenged."""
        return self.waiting[0]
