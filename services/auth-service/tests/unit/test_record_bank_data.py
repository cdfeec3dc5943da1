"""What a fetch brings, and why it does not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from auth_service.domain.connection import ConnectionState
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.handlers.record_bank_data import decide
from bankrails_contracts.auth import BankDataFetched, ChallengeKind, ChallengeRequired, CommandRefused
from bankrails_contracts.parts import LinkAccounts
from bankrails_messaging.decisions import Result

Build = Callable[..., Any]


@pytest.fixture
def connected(a_connection: Build) -> Build:
    return lambda **fields: a_connection(
        **{"state": ConnectionState.CONNECTED, "vendor_login_ref": "session", "fetch_bank_data": False} | fields
    )


def test_link_accounts_is_carried_through(connected: Build, an_outcome: Build, noon: datetime) -> None:
    """As the command had it: accounts-service is the one that reads it."""
    link = LinkAccounts.model_validate({"holder": {"holder_type": "business", "company_name": "C"}})
    answer = {"profile": {"name": "Ada"}, "accounts": [{"account_ref": "a", "account_type": "checking"}]}
    connection = connected(link_accounts=link.model_dump_json(exclude_none=True))
    (event,) = decide(an_outcome(answer=answer), connection, noon).events
    assert isinstance(event, BankDataFetched)
    assert (event.link_accounts, event.profile.name, event.fetched_at) == (link, "Ada", noon)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result.REJECTED, "VENDOR_REJECTED"),
        (Result.EXHAUSTED, "VENDOR_UNAVAILABLE"),
        (Result.UNKNOWN, "VENDOR_UNAVAILABLE"),
    ],
)
def test_a_fetch_that_failed_answers_its_command(
    connected: Build, an_outcome: Build, noon: datetime, result: Result, code: str
) -> None:
    """The login stands; reading has no effect, so nothing is in doubt."""
    decision = decide(an_outcome(result), connected(), noon)
    (event,) = decision.events
    assert isinstance(event, CommandRefused)
    assert (event.code, event.command_type, event.state) == (code, "bankrails.auth.fetch-bank-data.v1", "CONNECTED")


@pytest.mark.parametrize(("asked_for", "again"), [([], True), (["numbers"], False)])
def test_a_gathering_is_waited_for(
    connected: Build, an_outcome: Build, noon: datetime, asked_for: list[str], again: bool
) -> None:
    """By the same work while nothing new was asked of the vendor; else by one that knows what was."""
    payload = {"asked_for": [], "since": noon.isoformat()}
    decision = decide(an_outcome(answer={"asked_for": asked_for}, payload=payload), connected(), noon)
    assert (decision.again_at is not None) == again
    assert [work.payload["asked_for"] for work in decision.work] == ([] if again else [["numbers"]])
    assert [work.payload["since"] for work in decision.work] == ([] if again else [noon.isoformat()])


def test_a_gathering_without_end_is_given_up(connected: Build, an_outcome: Build, noon: datetime) -> None:
    """No poll for ever."""
    outcome = an_outcome(answer={"asked_for": []}, payload={"asked_for": [], "since": noon.isoformat()})
    (event,) = decide(outcome, connected(), noon + timedelta(minutes=15)).events
    assert isinstance(event, CommandRefused)


def test_a_bank_that_asks_first_is_answered_first(connected: Build, an_outcome: Build, noon: datetime) -> None:
    """And what was asked for is fetched then, though the login did not ask for it."""
    challenge = Challenge(key="k", kind=ChallengeKind.MFA, message="Which account?", questions=())
    step = Step(outcome=StepOutcome.CHALLENGED, challenge=challenge)
    answer = {"challenged": step.model_dump(mode="json", exclude_none=True)}
    outcome = an_outcome(answer=answer, payload={"challenge_round": 0})
    decision = decide(outcome, connected(), noon)
    assert isinstance(decision.events[0], ChallengeRequired)
    assert (decision.aggregate.state, decision.aggregate.fetch_bank_data) == (ConnectionState.CHALLENGED, True)


@pytest.mark.parametrize(
    "later",
    [{"state": state} for state in ConnectionState if state is not ConnectionState.CONNECTED]
    + [{"challenge_round": 1}],
    ids=str,
)
def test_a_challenge_that_was_found_before_something_newer_happened_is_old(
    connected: Build, an_outcome: Build, noon: datetime, later: dict[str, Any]
) -> None:
    """Its command is answered, and the connection stays what it has become, connected again included."""
    challenge = Challenge(key="k", kind=ChallengeKind.MFA, message="Which account?", questions=())
    step = Step(outcome=StepOutcome.CHALLENGED, challenge=challenge)
    answer = {"challenged": step.model_dump(mode="json", exclude_none=True)}
    connection = connected(**later)
    decision = decide(an_outcome(answer=answer, payload={"challenge_round": 0}), connection, noon)
    (event,) = decision.events
    assert isinstance(event, CommandRefused)
    assert (decision.aggregate, event.code, event.state) == (connection, "WRONG_STATE", connection.state)
