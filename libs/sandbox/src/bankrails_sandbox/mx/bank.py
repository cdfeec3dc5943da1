"""What a test bank says to a password and to an answer (docs.mx.com/resources/test-platform/mxbank, and the table in
github.com/Dwolla/integration-examples, packages/open-banking/mx). Case-sensitive."""

from dataclasses import dataclass

from bankrails_sandbox.mx.vocabulary import ChallengeType, ConnectionStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either a status, CONNECTED or an error, or what is asked next. It is kept in the place of what was typed."""

    status: ConnectionStatus | None = None
    asks: ChallengeType | None = None


ACCEPTED = Verdict(ConnectionStatus.CONNECTED)
DENIED = Verdict(ConnectionStatus.DENIED)
BANK_FAILURES = {
    "DISABLED": DENIED,
    "SERVER_ERROR": Verdict(ConnectionStatus.FAILED),
    "UNAVAILABLE": Verdict(ConnectionStatus.FAILED),
}
PASSWORDS = {
    "challenge": Verdict(asks=ChallengeType.TEXT),
    "options": Verdict(asks=ChallengeType.OPTIONS),
    "image": Verdict(asks=ChallengeType.IMAGE_DATA),
    "BAD_REQUEST": Verdict(ConnectionStatus.FAILED),
    "UNAUTHORIZED": DENIED,
    "INVALID": DENIED,
    "LOCKED": Verdict(ConnectionStatus.LOCKED),
    **BANK_FAILURES,
}
ANSWERS = {
    "correct": ACCEPTED,
    "challenge": Verdict(asks=ChallengeType.TEXT),
    **BANK_FAILURES,
}
LABELS = {
    ChallengeType.TEXT: "What city were you born in?",
    ChallengeType.OPTIONS: "Pick one of the following",
    ChallengeType.IMAGE_DATA: "Who is this guy?",
}
OPTIONS = ("image", "options", "challenge", "wrong answer", "correct")
# A picture of one grey point.
IMAGE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def verdict_on_password(password: str) -> Verdict:
    return PASSWORDS.get(password, ACCEPTED)


def verdict_on_answers(answers: list[str], wrong: ConnectionStatus) -> Verdict:
    """One wrong answer of several is enough."""
    verdicts = [ANSWERS.get(answer, Verdict(wrong)) for answer in answers]
    return next((verdict for verdict in verdicts if verdict != ACCEPTED), ACCEPTED)
