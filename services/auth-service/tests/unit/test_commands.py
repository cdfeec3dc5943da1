"""What of a command is accepted, and every rule that refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from auth_service.domain.connection import Connection, ConnectionState
from auth_service.domain.login import LEAVES_WITHIN
from auth_service.handlers import answer_challenge, fetch_bank_data, start_authentication
from auth_service.handlers.sealed_fields import problem
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import AuthenticationStarted, FetchBankData, SealedAnswer
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_messaging.unopened import Unopened

Build = Callable[..., Any]
BROKEN = Refusal(RefusalCode.SEAL_BROKEN, "broken", field="credentials.0.value")


def refused(verdict: Decision | Refusal, code: str, field: str | None) -> Refusal:
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.field) == (code, field)
    return verdict


# StartAuthentication


@pytest.mark.parametrize(("country", "kind"), [("CA", "helium_start_login"), ("US", "mx_start_login")])
def test_a_start_is_told_at_once_and_its_credentials_stay_sealed(
    a_start: Build, noon: datetime, country: str, kind: str
) -> None:
    """The country decides the vendor; the payload, which outlives the call, names the fields alone."""
    command = a_start(country=country)
    verdict = start_authentication.decide(command, start_authentication.Situation(True, None, None), noon)
    assert isinstance(verdict, Decision)
    (work,) = verdict.work
    assert (verdict.aggregate.state, work.kind) == (ConnectionState.STARTING, kind)
    assert [type(event) for event in verdict.events] == [AuthenticationStarted]
    assert work.payload["fields"] == ["username", "password"]
    assert work.sealed == {f"sealed.{item.field}": item.value for item in command.credentials}
    assert command.credentials[0].value not in str(work.payload)


def test_two_tries_of_one_person_at_one_bank_wait_for_each_other(a_start: Build, noon: datetime) -> None:
    """At once they are what locks a login."""
    situation = start_authentication.Situation(True, None, None)
    verdicts = [start_authentication.decide(a_start(connection_id=name), situation, noon) for name in ("one", "two")]
    gates = {verdict.work[0].gate for verdict in verdicts if isinstance(verdict, Decision)}
    assert len(gates) == 1
    assert None not in gates


@pytest.mark.parametrize(
    ("names", "country", "said"),
    [
        (("username",), "CA", "missing: password"),
        (("username", "password", "pin"), "CA", "not asked for: pin"),
    ],
)
def test_fields_that_the_vendor_does_not_take_are_refused(
    a_start: Build, noon: datetime, names: tuple[str, ...], country: str, said: str
) -> None:
    """Before anything is made of the command."""
    situation = start_authentication.Situation(True, None, None)
    verdict = start_authentication.decide(a_start(*names, country=country), situation, noon)
    assert refused(verdict, "INVALID", "credentials").reason == said


def test_the_united_states_have_forms_of_their_own(a_start: Build, noon: datetime) -> None:
    """Which only the vendor knows, so any field goes."""
    situation = start_authentication.Situation(True, None, None)
    assert isinstance(start_authentication.decide(a_start("user_key", country="US"), situation, noon), Decision)


def test_a_country_without_a_vendor_is_not_offered(a_start: Build, noon: datetime) -> None:
    """A lender of one country configures one vendor."""
    situation = start_authentication.Situation(False, None, None)
    refused(start_authentication.decide(a_start(), situation, noon), "NOT_OFFERED", "country")


def test_a_broken_seal_is_refused_by_name(a_start: Build, noon: datetime) -> None:
    """At the decision, not at the bank."""
    situation = start_authentication.Situation(True, None, BROKEN)
    assert start_authentication.decide(a_start(), situation, noon) is BROKEN


# What is typed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (Unopened(RefusalCode.SEALED_TO_RETIRED_KEY, "retired"), "SEALED_TO_RETIRED_KEY"),
        (Unopened(RefusalCode.SEALED_TO_UNKNOWN_KEY, "unknown"), "SEALED_TO_UNKNOWN_KEY"),
        ("", "INVALID"),
        ("mauve", "INVALID"),
        ("blue", None),
    ],
)
def test_what_was_typed_is_looked_at_and_named_by_its_place(typed: str | Unopened, code: str | None) -> None:
    """Its place alone: the value is in no reason."""
    filled = [SealedAnswer(field="colour", value="eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn")]
    found = problem(lambda jwe: typed, filled, "answers", {"colour": {"blue", "green"}})
    if code is None:
        assert found is None
    else:
        assert found is not None
        assert (found.code, found.field) == (code, "answers.0.value")
        assert "mauve" not in found.reason


# AnswerChallenge


def answered(command: Any, connection: Connection | None, now: datetime, wrong: Refusal | None = None) -> Any:
    return answer_challenge.decide(command, answer_challenge.Situation(connection, wrong), now)


def test_an_answer_goes_to_the_open_challenge(an_answer: Build, a_challenged: Build, noon: datetime) -> None:
    """Once: from here on the connection is not challenged any more."""
    verdict = answered(an_answer(), a_challenged(), noon)
    (work,) = verdict.work
    assert (verdict.aggregate.state, work.kind) == (ConnectionState.AUTHENTICATING, "helium_answer_challenge")
    sent_by = (noon + LEAVES_WITHIN).isoformat()
    assert work.payload == {"login_ref": "session", "user_ref": None, "fields": ["answer"], "not_after": sent_by}
    assert list(work.sealed) == ["sealed.answer"]


@pytest.mark.parametrize("state", [state for state in ConnectionState if state is not ConnectionState.CHALLENGED])
def test_an_answer_in_any_other_state_is_refused(
    an_answer: Build, a_challenged: Build, noon: datetime, state: ConnectionState
) -> None:
    """A double click, a late one, one after the end."""
    connection = a_challenged(state=state)
    assert refused(answered(an_answer(), connection, noon), "WRONG_STATE", None).about == connection


def test_an_answer_past_the_deadline_is_refused(an_answer: Build, a_challenged: Build, noon: datetime) -> None:
    """Also when the clock's own notice of it has not been decided yet."""
    deadline = noon + timedelta(minutes=5)
    refused(answered(an_answer(), a_challenged(), deadline), "WRONG_STATE", None)
    assert isinstance(answered(an_answer(), a_challenged(), deadline - timedelta(seconds=1)), Decision)


def test_an_answer_to_an_older_challenge_is_refused(an_answer: Build, a_challenged: Build, noon: datetime) -> None:
    """It would be a wrong answer to this one."""
    refused(answered(an_answer(challenge_id="zeroth"), a_challenged(), noon), "WRONG_STATE", "challenge_id")


@pytest.mark.parametrize("names", [("colour",), ("answer", "colour")])
def test_every_question_is_answered_and_no_other(
    an_answer: Build, a_challenged: Build, noon: datetime, names: tuple[str, ...]
) -> None:
    """A wrong number of answers would cost the person the login."""
    refused(answered(an_answer(*names), a_challenged(), noon), "INVALID", "answers")


def test_an_answer_that_does_not_open_is_refused(an_answer: Build, a_challenged: Build, noon: datetime) -> None:
    """About the connection that it was for."""
    verdict = answered(an_answer(), a_challenged(), noon, BROKEN)
    assert refused(verdict, "SEAL_BROKEN", "credentials.0.value").about == a_challenged()


def test_an_answer_to_nothing_is_refused(an_answer: Build, noon: datetime) -> None:
    """No connection, no challenge."""
    refused(answered(an_answer(), None, noon), "NOT_FOUND", "connection_id")


# FetchBankData


@pytest.mark.parametrize("state", ConnectionState)
def test_bank_data_is_fetched_while_connected_alone(
    a_connection: Build, noon: datetime, state: ConnectionState
) -> None:
    """There is nothing to read before, and nothing to read by after."""
    verdict = fetch_bank_data.decide(FetchBankData(connection_id="connection"), a_connection(state=state), noon)
    if state is ConnectionState.CONNECTED:
        assert isinstance(verdict, Decision)
        assert verdict.work[0].kind == "helium_fetch_bank_data"
    else:
        refused(verdict, "WRONG_STATE", None)


def test_bank_data_of_nobody_is_refused(noon: datetime) -> None:
    """By name."""
    verdict = fetch_bank_data.decide(FetchBankData(connection_id="connection"), None, noon)
    refused(verdict, "NOT_FOUND", "connection_id")
