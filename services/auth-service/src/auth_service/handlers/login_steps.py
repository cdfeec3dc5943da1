"""What a step of a login means for the connection: its new state, what is told, and what is done next."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from bankrails_contracts.auth import (
    AuthenticationErrored,
    AuthenticationExpired,
    AuthenticationFailed,
    AuthenticationOutcomeUnknown,
    AuthenticationSucceeded,
    ChallengeRequired,
    FetchBankData,
)
from bankrails_messaging.decisions import Decision, Work
from bankrails_vendor_http.budget import Lane

from auth_service.domain.connection import Connection, ConnectionState, challenge_id, questions_json
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.domain.vendors import BY_VENDOR, Call

EXPIRE_CHALLENGE = "expire_challenge"
TIMERS = "timers"
"""The budget of work that calls nobody."""
ERROR_PAUSE = timedelta(minutes=15)
"""How long a person waits where the vendor says no more than "not now": it has retried by itself already."""
SLOW_AFTER = timedelta(minutes=1)
READ_SLOWLY_EVERY = timedelta(seconds=15)
GIVEN_UP_AFTER = timedelta(minutes=15)
"""A bank that says nothing for so long will not say it to this person any more."""


def after_step(connection: Connection, step: Step, now: datetime, *, reading: bool) -> Decision:
    """`reading`: the step was read, so the work that read it can read again, and an old challenge may still show."""
    connection = replace(
        connection,
        vendor_login_ref=step.login_ref or connection.vendor_login_ref,
        vendor_user_ref=step.user_ref or connection.vendor_user_ref,
    )
    about: dict[str, Any] = {"connection_id": connection.id, "user_id": connection.user_id}
    match step.outcome:
        case StepOutcome.SUCCEEDED:
            succeeded = AuthenticationSucceeded(**about, vendor=connection.vendor, institution=connection.institution)
            commands = (FetchBankData(connection_id=connection.id),) if connection.fetch_bank_data else ()
            return Decision(_now(connection, ConnectionState.CONNECTED), (succeeded,), commands=commands)
        case StepOutcome.FAILED | StepOutcome.REFUSED:
            failed = AuthenticationFailed(**about, reason=step.reason or "the bank refused it")
            return Decision(_now(connection, ConnectionState.FAILED), (failed,))
        case StepOutcome.ERRORED:
            pause = ERROR_PAUSE if step.wait_seconds is None else timedelta(seconds=step.wait_seconds)
            reason = step.reason or "the bank cannot be reached"
            errored = AuthenticationErrored(**about, reason=reason, not_before=now + pause)
            return Decision(_now(connection, ConnectionState.ERRORED), (errored,))
        case StepOutcome.EXPIRED:
            return expired(connection, now)
        case StepOutcome.UNKNOWN:
            unknown = AuthenticationOutcomeUnknown(**about, reason=step.reason)
            return Decision(_now(connection, ConnectionState.UNKNOWN), (unknown,))
        case StepOutcome.CHALLENGED:
            challenge = step.challenge
            if challenge is None or (reading and challenge.key == connection.challenge_key):
                return _wait(connection, now, reading=reading)
            return _challenged(connection, challenge, now)
        case StepOutcome.IN_PROGRESS:
            return _wait(connection, now, reading=reading)
        case _:
            assert_never(step.outcome)


def expired(connection: Connection, now: datetime) -> Decision:
    if connection.challenge_id is None:
        nobody_asked = Step(outcome=StepOutcome.ERRORED, reason="the vendor says that the login has expired")
        return after_step(connection, nobody_asked, now, reading=False)
    event = AuthenticationExpired(
        connection_id=connection.id, user_id=connection.user_id, challenge_id=connection.challenge_id
    )
    return Decision(_now(connection, ConnectionState.EXPIRED), (event,))


def given_up(connection: Connection, now: datetime) -> bool:
    return connection.waiting_since is not None and now - connection.waiting_since >= GIVEN_UP_AFTER


def read_at(connection: Connection, now: datetime) -> datetime:
    every = BY_VENDOR[connection.vendor].read_every
    waited = now - (connection.waiting_since or now)
    return now + (every if waited < SLOW_AFTER else max(every, READ_SLOWLY_EVERY))


def _wait(connection: Connection, now: datetime, *, reading: bool) -> Decision:
    if given_up(connection, now):
        silent = Step(outcome=StepOutcome.UNKNOWN, reason="the bank has not answered")
        return after_step(connection, silent, now, reading=False)
    due_at = read_at(connection, now)
    if reading:
        return Decision(again_at=due_at)
    waiting = _now(connection, ConnectionState.AUTHENTICATING)
    waiting = replace(waiting, waiting_since=connection.waiting_since or now)
    traits = BY_VENDOR[connection.vendor]
    payload = {"login_ref": waiting.vendor_login_ref, "user_ref": waiting.vendor_user_ref}
    read = Work(traits.kind(Call.READ), payload, traits.budget, Lane.PERSON, due_at=due_at)
    return Decision(waiting, work=(read,))


def _challenged(connection: Connection, challenge: Challenge, now: datetime) -> Decision:
    challenge_round = connection.challenge_round + 1
    open_id = challenge_id(connection.id, challenge_round)
    deadline = challenge.deadline or now + BY_VENDOR[connection.vendor].challenge_life
    challenged = replace(
        _now(connection, ConnectionState.CHALLENGED),
        challenge_id=open_id,
        challenge_key=challenge.key,
        challenge_round=challenge_round,
        challenge_deadline=deadline,
        challenge_questions=questions_json(challenge.questions),
    )
    event = ChallengeRequired(
        connection_id=connection.id,
        user_id=connection.user_id,
        challenge_id=open_id,
        challenge_kind=challenge.kind,
        round=challenge_round,
        message=challenge.message,
        questions=challenge.questions,
        deadline=deadline,
    )
    timer = Work(EXPIRE_CHALLENGE, {"challenge_id": open_id}, TIMERS, Lane.PERSON, due_at=deadline)
    return Decision(challenged, (event,), work=(timer,))


def _now(connection: Connection, state: ConnectionState) -> Connection:
    ended = state is not ConnectionState.AUTHENTICATING
    return replace(connection, state=state, waiting_since=None if ended else connection.waiting_since)
