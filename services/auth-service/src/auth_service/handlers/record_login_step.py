"""The outcomes of a start, an answer and a read: where the login stands now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import AnswerChallenge, CommandRefused, StartAuthentication
from bankrails_contracts.message import Command
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from auth_service.domain.connection import UNDER_WAY, Connection, ConnectionState
from auth_service.domain.login import Step, StepOutcome
from auth_service.domain.vendors import BY_VENDOR, Call
from auth_service.handlers.login_steps import after_step, given_up, read_at
from auth_service.ports import Reads

ASKED_BY: dict[Call, type[Command]] = {
    Call.START: StartAuthentication,
    Call.ANSWER: AnswerChallenge,
    Call.READ: StartAuthentication,
}


def decide(outcome: Outcome, connection: Connection, now: datetime, *, call: Call) -> Decision:
    if connection.state not in UNDER_WAY:
        return Decision()  # ended, or challenged, meanwhile: what was read is old
    reading = call is Call.READ
    match outcome.result:
        case Result.ANSWERED:
            step = Step.model_validate(outcome.answer)
        case Result.REJECTED:
            step = Step(outcome=StepOutcome.REFUSED, reason=outcome.reason)
        case _ if reading and not given_up(connection, now):
            return Decision(again_at=read_at(connection, now))  # nothing is known that was not known before
        case Result.EXHAUSTED | Result.WITHDRAWN:
            step = Step(outcome=StepOutcome.ERRORED, reason=outcome.reason)
        case Result.UNKNOWN | Result.AMBIGUOUS if call is Call.ANSWER:
            # It is not given again. What the vendor shows of this login may tell whether it was heard.
            step = Step(outcome=StepOutcome.IN_PROGRESS)
        case Result.UNKNOWN | Result.AMBIGUOUS:
            step = Step(outcome=StepOutcome.UNKNOWN, reason=outcome.reason)
        case _:
            assert_never(outcome.result)
    if step.outcome is StepOutcome.REFUSED and call is Call.START:
        return _refused(outcome, connection, step)
    return after_step(connection, step, now, reading=reading)


def _refused(outcome: Outcome, connection: Connection, step: Step) -> Decision:
    """The bank was not asked, so this is no word of the bank's."""
    failed = replace(connection, state=ConnectionState.FAILED)
    code = step.code or RefusalCode.VENDOR_REJECTED
    return refused(
        CommandRefused, outcome, StartAuthentication, failed, code=code, reason=step.reason, field=step.field
    )


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Connection]:
    connections = reads.connections([outcome.key for outcome in outcomes])
    return [connections[outcome.key] for outcome in outcomes]


def _answering(kind: str, call: Call) -> Answering[Connection]:
    def decided(outcome: Outcome, connection: Connection, now: datetime) -> Decision:
        return decide(outcome, connection, now, call=call)

    return Answering(kind, ASKED_BY[call], load, decided)


ANSWERINGS = [_answering(traits.kind(call), call) for traits in BY_VENDOR.values() for call in ASKED_BY]
