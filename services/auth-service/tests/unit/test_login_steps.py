"""What each outcome of a call means for the connection."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from auth_service.domain.connection import UNDER_WAY, ConnectionState, challenge_id
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.domain.vendors import Call
from auth_service.handlers import record_challenge_expiry
from auth_service.handlers.record_login_step import decide
from bankrails_contracts.auth import BankVendor, ChallengeKind, FetchBankData, Question, QuestionType
from bankrails_messaging.decisions import Decision, Result

Build = Callable[..., Any]
MX = {"vendor": BankVendor.MX, "country": "US", "vendor_login_ref": "MBR-1", "vendor_user_ref": "USR-1"}
CHALLENGE = Challenge(
    key="2fa:Code?",
    kind=ChallengeKind.TWO_FACTOR,
    message="Code?",
    questions=(Question(field="answer", label="Code?", type=QuestionType.CODE),),
)


def answer(outcome: StepOutcome, **fields: Any) -> dict[str, Any]:
    return Step(outcome=outcome, **fields).model_dump(mode="json", exclude_none=True)


def told(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


@pytest.mark.parametrize(
    ("outcome", "state", "event"),
    [
        (StepOutcome.SUCCEEDED, "CONNECTED", "AuthenticationSucceeded"),
        (StepOutcome.FAILED, "FAILED", "AuthenticationFailed"),
        (StepOutcome.ERRORED, "ERRORED", "AuthenticationErrored"),
        (StepOutcome.UNKNOWN, "UNKNOWN", "AuthenticationOutcomeUnknown"),
        (StepOutcome.REFUSED, "FAILED", "CommandRefused"),
    ],
)
def test_every_end_has_its_state_and_its_event(
    a_connection: Build, an_outcome: Build, noon: datetime, outcome: StepOutcome, state: str, event: str
) -> None:
    """And nothing goes on after it but what was asked for."""
    decision = decide(an_outcome(answer=answer(outcome)), a_connection(), noon, call=Call.START)
    assert (decision.aggregate.state, told(decision), decision.work) == (state, [event], ())
    assert bool(decision.commands) == (outcome is StepOutcome.SUCCEEDED)


@pytest.mark.parametrize("wanted", [True, False])
def test_bank_data_is_fetched_by_itself_where_that_was_asked_for(
    a_connection: Build, an_outcome: Build, noon: datetime, wanted: bool
) -> None:
    """As the command that anybody may send, so that it has an answer of its own."""
    connection = a_connection(fetch_bank_data=wanted)
    decision = decide(an_outcome(answer=answer(StepOutcome.SUCCEEDED)), connection, noon, call=Call.START)
    assert decision.commands == ((FetchBankData(connection_id="connection"),) if wanted else ())


@pytest.mark.parametrize(("wait", "minutes"), [(None, 15), (7_200, 120), (0, 0)])
def test_trouble_names_a_time(
    a_connection: Build, an_outcome: Build, noon: datetime, wait: int | None, minutes: int
) -> None:
    """The vendor's own where it says one."""
    outcome = an_outcome(answer=answer(StepOutcome.ERRORED, wait_seconds=wait))
    (event,) = decide(outcome, a_connection(), noon, call=Call.START).events
    assert event.not_before == noon + timedelta(minutes=minutes)  # type: ignore[attr-defined]  # AuthenticationErrored


def test_a_challenge_has_a_deadline_of_which_we_are_reminded(
    a_connection: Build, an_outcome: Build, noon: datetime
) -> None:
    """Ours, where the vendor names none."""
    outcome = an_outcome(answer=answer(StepOutcome.CHALLENGED, challenge=CHALLENGE, login_ref="session"))
    decision = decide(outcome, a_connection(), noon, call=Call.START)
    (event,), (timer,) = decision.events, decision.work
    assert (decision.aggregate.state, decision.aggregate.vendor_login_ref) == ("CHALLENGED", "session")
    assert event.challenge_id == timer.payload["challenge_id"] == challenge_id("connection", 1)  # type: ignore[attr-defined]  # ChallengeRequired
    assert event.deadline == timer.due_at == noon + timedelta(minutes=5)  # type: ignore[attr-defined]  # as above


def test_the_next_challenge_is_another_one(a_challenged: Build, an_outcome: Build, noon: datetime) -> None:
    """Counted, and under another id: the answer to the first one does not fit it."""
    connection = a_challenged(state=ConnectionState.AUTHENTICATING)
    outcome = an_outcome(answer=answer(StepOutcome.CHALLENGED, challenge=CHALLENGE))
    (event,) = decide(outcome, connection, noon, call=Call.ANSWER).events
    assert (event.round, event.challenge_kind) == (2, "2fa")  # type: ignore[attr-defined]  # ChallengeRequired
    assert event.challenge_id != "first"  # type: ignore[attr-defined]  # as above


def test_a_challenge_that_still_shows_after_its_answer_is_not_asked_again(
    a_challenged: Build, an_outcome: Build, noon: datetime
) -> None:
    """Read, it is the old one; given as the answer to an answer, it is a new one with the same words."""
    connection = a_challenged(state=ConnectionState.AUTHENTICATING, waiting_since=noon)
    same = CHALLENGE.model_copy(update={"key": connection.challenge_key})
    outcome = an_outcome(answer=answer(StepOutcome.CHALLENGED, challenge=same))
    read = decide(outcome, connection, noon, call=Call.READ)
    assert (read.events, read.again_at) == ((), noon + timedelta(seconds=15))
    assert told(decide(outcome, connection, noon, call=Call.ANSWER)) == ["ChallengeRequired"]


def test_a_login_that_goes_on_is_asked_after(a_connection: Build, an_outcome: Build, noon: datetime) -> None:
    """No sooner than the vendor allows, and by the same work from then on."""
    outcome = an_outcome(answer=answer(StepOutcome.IN_PROGRESS, login_ref="MBR-1", user_ref="USR-1"))
    decision = decide(outcome, a_connection(**MX | {"vendor_login_ref": None}), noon, call=Call.START)
    (read,) = decision.work
    assert (read.kind, read.due_at) == ("mx_read_login", noon + timedelta(seconds=3))
    assert read.payload == {"login_ref": "MBR-1", "user_ref": "USR-1"}
    going_on = decide(outcome, decision.aggregate, noon, call=Call.READ)
    assert (going_on.work, going_on.again_at) == ((), noon + timedelta(seconds=3))


@pytest.mark.parametrize(("seconds", "every"), [(59, 3), (60, 15), (899, 15), (900, None)])
def test_a_bank_that_says_nothing_is_asked_less_often_and_at_last_given_up(
    a_connection: Build, an_outcome: Build, noon: datetime, seconds: int, every: int | None
) -> None:
    """No poll is left running for a login that nobody waits for any more."""
    connection = a_connection(**MX, state=ConnectionState.AUTHENTICATING, waiting_since=noon)
    now = noon + timedelta(seconds=seconds)
    decision = decide(an_outcome(answer=answer(StepOutcome.IN_PROGRESS)), connection, now, call=Call.READ)
    assert decision.again_at == (None if every is None else now + timedelta(seconds=every))
    assert told(decision) == ([] if every else ["AuthenticationOutcomeUnknown"])


@pytest.mark.parametrize(
    ("call", "result", "event"),
    [
        (Call.START, Result.REJECTED, "CommandRefused"),
        (Call.START, Result.EXHAUSTED, "AuthenticationErrored"),
        (Call.START, Result.UNKNOWN, "AuthenticationOutcomeUnknown"),
        (Call.ANSWER, Result.REJECTED, "AuthenticationFailed"),
        (Call.ANSWER, Result.EXHAUSTED, "AuthenticationErrored"),
        (Call.ANSWER, Result.UNKNOWN, None),
        (Call.READ, Result.EXHAUSTED, None),
        (Call.READ, Result.UNKNOWN, None),
    ],
)
def test_a_call_without_an_answer_is_told_as_what_is_known(
    a_challenged: Build, an_outcome: Build, noon: datetime, call: Call, result: Result, event: str | None
) -> None:
    """An answer in doubt is looked up, not given again; a read that failed is made again."""
    connection = a_challenged(state=ConnectionState.AUTHENTICATING, waiting_since=noon)
    decision = decide(an_outcome(result), connection, noon, call=call)
    assert told(decision) == ([] if event is None else [event])
    if call is Call.ANSWER and event is None:
        assert [work.kind for work in decision.work] == ["helium_read_login"]
    if call is Call.READ:
        assert decision.again_at is not None


@pytest.mark.parametrize("state", [state for state in ConnectionState if state not in UNDER_WAY])
@pytest.mark.parametrize("outcome", [StepOutcome.SUCCEEDED, StepOutcome.FAILED, StepOutcome.IN_PROGRESS])
def test_what_was_read_too_late_changes_nothing(
    a_connection: Build, an_outcome: Build, noon: datetime, state: ConnectionState, outcome: StepOutcome
) -> None:
    """And a poll ends with what it polled."""
    decision = decide(an_outcome(answer=answer(outcome)), a_connection(state=state), noon, call=Call.READ)
    assert decision == Decision()


@pytest.mark.parametrize("state", ConnectionState)
def test_only_the_open_challenge_expires(
    a_challenged: Build, an_outcome: Build, noon: datetime, state: ConnectionState
) -> None:
    """An answer that came in time has made the reminder idle."""
    outcome = an_outcome(payload={"challenge_id": "first"})
    decision = record_challenge_expiry.decide(outcome, a_challenged(state=state), noon)
    assert told(decision) == (["AuthenticationExpired"] if state is ConnectionState.CHALLENGED else [])
    later = a_challenged(challenge_id="second")
    assert record_challenge_expiry.decide(outcome, later, noon) == Decision()
