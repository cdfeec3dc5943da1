"""Builders of auth-service's commands, and the people behind them at the test banks, each with a login of their own."""

from collections.abc import Callable
from typing import Any

from bankrails_contracts.auth import AnswerChallenge, ChallengeRequired, StartAuthentication
from bankrails_sandbox import ControlClient
from bankrails_sandbox.helium.bank import Challenge, ChallengeKind, ChallengeType, Script
from bankrails_sandbox.mx.people import person_behind

from bankrails_testkit.alone import Alone
from bankrails_testkit.commands import new_id
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader

Seal = Callable[[str], str]
"""To auth-service."""

INSTITUTIONS = {"CA": "helium_test", "US": "mxbank"}
PASSWORD = "any-password-7e1d"  # noqa: S105 - the test banks take any
ANSWERS = {"CA": "blue", "US": "correct"}
"""To what the bank asks of a login that it challenges."""
POLL_SECONDS = 2
"""A step of virtual time that no poll of a login is far above."""
ASKS_BACK = "challenge"
"""The password at which MX's test bank asks a question."""


def new_login(control: ControlClient, country: str) -> str:
    """Of a person whom the bank knows, and who is asked nothing at Helium."""
    login = new_id("login")
    if country == "US":
        control.mx.make_person(login, person_behind(login))
    return login


def challenged_login(control: ControlClient, country: str) -> tuple[str, str]:
    """A login, with the password under which the bank asks back once."""
    login = new_login(control, country)
    if country == "US":
        return login, ASKS_BACK
    question = Challenge(ChallengeKind.MFA, ChallengeType.QUESTION, "What is your favourite colour?", ANSWERS["CA"])
    control.helium.make_login(login, Script(challenges=(question,)))
    return login, PASSWORD


def visits(control: ControlClient, country: str, login: str) -> tuple[int, int]:
    """How often the bank was given the login's credentials, and an answer."""
    bank = control.mx if country == "US" else control.helium
    return bank.attempts(login), bank.answers(login)


def start_authentication(
    seal: Seal, country: str, login: str, password: str = PASSWORD, **fields: Any
) -> StartAuthentication:
    """The bank data is fetched only if the fields say so."""
    made = {
        "connection_id": new_id("connection"),
        "user_id": new_id("user"),
        "country": country,
        "institution": INSTITUTIONS[country],
        "credentials": [
            {"field": "username", "value": seal(login)},
            {"field": "password", "value": seal(password)},
        ],
        "fetch_bank_data": False,
    }
    return StartAuthentication.model_validate(made | fields)


def answer_challenge(seal: Seal, challenge: ChallengeRequired, answer: str, **fields: Any) -> AnswerChallenge:
    made = {
        "connection_id": challenge.connection_id,
        "challenge_id": challenge.challenge_id,
        "answers": [{"field": question.field, "value": seal(answer)} for question in challenge.questions],
    }
    return AnswerChallenge.model_validate(made | fields)


async def challenged(
    alone: Alone, sender: Sender, reader: TopicReader, country: str, **fields: Any
) -> tuple[str, ChallengeRequired]:
    """A login that the bank has answered with a question, and the question."""
    login, password = challenged_login(alone.sandbox.control, country)
    command = start_authentication(alone.process.seal, country, login, password, **fields)
    await sender.send(command)
    asked = await alone.first(reader, command.connection_id, "ChallengeRequired", step_seconds=POLL_SECONDS)
    return login, ChallengeRequired.model_validate(asked.data)
