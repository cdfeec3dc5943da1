"""What a bank does with a login: the magic logins, and those that the control API made."""

from dataclasses import dataclass
from enum import StrEnum

from bankrails_sandbox.helium.people import Person


class Outcome(StrEnum):
    SUCCESS = "success"
    FAILED = "failed"
    ERROR = "error"


class ChallengeKind(StrEnum):
    """The vendor keeps the two apart: a question about the person, and a code sent to them."""

    MFA = "mfa"
    TWO_FA = "2fa"


class ChallengeType(StrEnum):
    QUESTION = "question"
    CHOICE = "choice"
    OTP_SMS = "otp_sms"
    OTP_EMAIL = "otp_email"
    OTP_APP = "otp_app"


@dataclass(frozen=True, slots=True)
class Challenge:
    kind: ChallengeKind
    type: ChallengeType
    message: str
    answer: str
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.type is ChallengeType.CHOICE) != bool(self.options):
            raise ValueError("options belong to a choice, and a choice has options")


@dataclass(frozen=True, slots=True)
class Script:
    """`outcome` is what comes once every challenge is answered rightly. `password` None: any will do. `person` None:
    the one that follows from the login."""

    outcome: Outcome = Outcome.SUCCESS
    challenges: tuple[Challenge, ...] = ()
    password: str | None = None
    slow: bool = False
    person: Person | None = None


QUESTION = Challenge(ChallengeKind.MFA, ChallengeType.QUESTION, "What is your favourite colour?", "blue")
CODE = Challenge(ChallengeKind.TWO_FA, ChallengeType.OTP_SMS, "Enter the code sent to your phone", "123456")

MAGIC_LOGINS = {
    "user_good": Script(),
    "user_bad": Script(Outcome.FAILED),
    "user_down": Script(Outcome.ERROR),
    "user_mfa": Script(challenges=(QUESTION,)),
    "user_2fa": Script(challenges=(CODE,)),
    "user_chain": Script(challenges=(QUESTION, CODE)),
    "user_slow": Script(slow=True),
}
WRONG_PASSWORD = "wrong"  # noqa: S105 - a magic word, no secret

REJECTED = Script(Outcome.FAILED)
ACCEPTED = Script()


def script_of(login: str, password: str, made: dict[str, Script], *, magic: bool) -> Script:
    """`made` are the control API's, which come before the magic ones."""
    script = made.get(login) or (MAGIC_LOGINS.get(login) if magic else None)
    if script is None:
        return REJECTED if password == WRONG_PASSWORD else ACCEPTED
    return script if script.password in (None, password) else REJECTED
