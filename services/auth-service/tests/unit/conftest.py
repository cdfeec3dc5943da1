"""A connection as it stands in the middle of a story, outcomes, commands, and a real database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from auth_service.domain.connection import Connection, ConnectionState, questions_json
from bankrails_contracts.auth import AnswerChallenge, BankVendor, Question, QuestionType, StartAuthentication
from bankrails_messaging.decisions import Outcome, Result
from bankrails_testkit.stores import sqlite_connection
from sqlalchemy import Connection as DatabaseConnection

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"
QUESTION = Question(field="answer", label="Colour?", type=QuestionType.TEXT)

_CONNECTION = Connection(
    id="connection",
    user_id="user",
    country="CA",
    vendor=BankVendor.HELIUM,
    institution="bank",
    state=ConnectionState.STARTING,
    fetch_bank_data=True,
    content_hash="made-by",
    sequence=1,
    version=1,
)
_CHALLENGED: dict[str, Any] = {
    "state": ConnectionState.CHALLENGED,
    "vendor_login_ref": "session",
    "challenge_id": "first",
    "challenge_key": "mfa:Colour?",
    "challenge_round": 1,
    "challenge_deadline": NOON.replace(minute=5),
    "challenge_questions": questions_json((QUESTION,)),
}


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def a_connection() -> Callable[..., Connection]:
    return lambda **fields: replace(_CONNECTION, **fields)


@pytest.fixture
def a_challenged() -> Callable[..., Connection]:
    return lambda **fields: replace(_CONNECTION, **(_CHALLENGED | fields))


@pytest.fixture
def an_outcome() -> Callable[..., Outcome]:
    def build(result: Result = Result.ANSWERED, **fields: Any) -> Outcome:
        reason = "" if result is Result.ANSWERED else "why"
        return replace(Outcome("work", "kind", "connection", "command", result, {}, reason=reason), **fields)

    return build


@pytest.fixture
def a_start() -> Callable[..., StartAuthentication]:
    def build(*names: str, **fields: Any) -> StartAuthentication:
        made = {
            "connection_id": "connection",
            "user_id": "user",
            "country": "CA",
            "institution": "bank",
            "credentials": [{"field": name, "value": JWE} for name in names or ("username", "password")],
        }
        return StartAuthentication.model_validate(made | fields)

    return build


@pytest.fixture
def an_answer() -> Callable[..., AnswerChallenge]:
    def build(*names: str, **fields: Any) -> AnswerChallenge:
        made = {
            "connection_id": "connection",
            "challenge_id": "first",
            "answers": [{"field": name, "value": JWE} for name in names or ("answer",)],
        }
        return AnswerChallenge.model_validate(made | fields)

    return build


@pytest.fixture
def connection(database: Path) -> Iterator[DatabaseConnection]:
    with sqlite_connection(database) as opened:
        yield opened
