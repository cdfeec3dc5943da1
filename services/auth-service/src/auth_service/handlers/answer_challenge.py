"""AnswerChallenge: the person's answer to what the bank asked, given to it once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import AnswerChallenge
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from auth_service.domain.connection import Connection, ConnectionState
from auth_service.domain.login import LEAVES_WITHIN
from auth_service.domain.vendors import BY_VENDOR, Call
from auth_service.handlers.missing import NO_SUCH_CONNECTION
from auth_service.handlers.sealed_fields import OpenSealed, beside, problem
from auth_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    connection: Connection | None
    problem: Refusal | None


def decide(command: AnswerChallenge, situation: Situation, now: datetime) -> Decision | Refusal:
    connection = situation.connection
    if connection is None:
        return NO_SUCH_CONNECTION
    late = connection.challenge_deadline is not None and now >= connection.challenge_deadline
    if connection.state is not ConnectionState.CHALLENGED or late:
        state = "past its deadline" if late else connection.state
        return Refusal(RefusalCode.WRONG_STATE, f"no challenge is open: it is {state}", about=connection)
    if command.challenge_id != connection.challenge_id:
        return Refusal(
            RefusalCode.WRONG_STATE, "another challenge is open by now", field="challenge_id", about=connection
        )
    asked, given = {question.field for question in connection.questions}, {item.field for item in command.answers}
    if asked != given:
        reason = f"answers are wanted for: {', '.join(sorted(asked))}"
        return Refusal(RefusalCode.INVALID, reason, field="answers", about=connection)
    if situation.problem is not None:
        return replace(situation.problem, about=connection)
    traits = BY_VENDOR[connection.vendor]
    payload = {
        "login_ref": connection.vendor_login_ref,
        "user_ref": connection.vendor_user_ref,
        "fields": [item.field for item in command.answers],
        "not_after": (now + LEAVES_WITHIN).isoformat(),
    }
    work = Work(traits.kind(Call.ANSWER), payload, traits.budget, Lane.PERSON, sealed=beside(command.answers))
    return Decision(replace(connection, state=ConnectionState.AUTHENTICATING, waiting_since=now), work=(work,))


def handling(open_sealed: OpenSealed) -> Handling[AnswerChallenge, Situation]:
    def load(reads: Reads, commands: Sequence[AnswerChallenge]) -> list[Situation]:
        found = reads.connections([command.connection_id for command in commands])
        connections = [found.get(command.connection_id) for command in commands]
        return [
            Situation(connection, problem(open_sealed, item.answers, "answers", _offered(connection)))
            for item, connection in zip(commands, connections, strict=True)
        ]

    return Handling(AnswerChallenge, load, decide)


def _offered(connection: Connection | None) -> dict[str, set[str]]:
    questions = () if connection is None else connection.questions
    return {each.field: {option.value for option in each.options} for each in questions if each.options}
