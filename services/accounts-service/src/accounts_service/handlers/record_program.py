"""What the vendor's program allows, read now and then; and accounts that nobody looks after yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Standing

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.program import PROGRAM_ID, Program
from accounts_service.domain.transitions import WATCHED
from accounts_service.handlers.rules import HELIX_BUDGET, Rules, next_tick
from accounts_service.handlers.watching import watched
from accounts_service.ports import Reads

READ_PROGRAM = "read_program"
STANDING = Standing(READ_PROGRAM, PROGRAM_ID, {}, HELIX_BUDGET, at_start=True)


@dataclass(frozen=True)
class Situation:
    program: Program
    unwatched: Sequence[ExternalAccount]


def decide(outcome: Outcome, situation: Situation, now: datetime, rules: Rules) -> Decision:
    known, answer = situation.program, outcome.answer
    program = known
    if outcome.result is Result.ANSWERED:
        program = replace(
            known,
            external_accounts_max=answer["external_accounts_max"],
            verification_type=answer["verification_type"],
            time_zone=answer["time_zone"] or known.time_zone,
        )
    also = [watched(account, rules, now) for account in situation.unwatched]
    return Decision(
        None if program == known and known.version else program,
        again_at=next_tick(now, rules.look_every),
        also=tuple(Decision(account, work=work) for account, work in also),
    )


def answering(rules: Rules) -> Answering[Situation]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
        unwatched = reads.unwatched(sorted(WATCHED))
        return [Situation(reads.program(), unwatched) for _ in outcomes]

    def decide_on(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        return decide(outcome, situation, now, rules)

    return Answering(READ_PROGRAM, None, load, decide_on)
