"""The vendor's answer to a mandate's acceptance or revocation by the merchant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import CommandRefused, MandateAction, UpdateMandate
from bankrails_helcim.mapping import PadState
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.mandate import Mandate
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.record_mandate_look import compare
from payments_service.handlers.standing_of_accounts import Surroundings, revoke, surroundings
from payments_service.handlers.update_mandate import ALLOWED_IN, UPDATE_MANDATE
from payments_service.ports import Reads

TRY_AGAIN_AFTER = timedelta(hours=1)

log = structlog.get_logger()


@dataclass(frozen=True)
class Situation:
    mandate: Mandate
    around: Surroundings


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    mandate, payload = situation.mandate, outcome.payload
    if outcome.result is not Result.ANSWERED:
        if payload["commanded"]:
            return refused(CommandRefused, outcome, UpdateMandate, mandate)
        log.error("mandate.not_ended_at_vendor", mandate_id=mandate.id, reason=outcome.reason)
        return Decision(again_at=now + TRY_AGAIN_AFTER)
    into = Consequences()
    by = f"command {outcome.command_id}"
    revoking = payload["action"] == MandateAction.REVOKE
    if revoking and mandate.state in ALLOWED_IN[MandateAction.REVOKE] and outcome.answer["state"] != PadState.ACTIVE:
        revoke(into, mandate, situation.around, at=now, by=by, reason=payload["reason"])
    elif not revoking:
        compare(into, mandate, outcome.answer, situation.around, now, by=by)
    if payload["commanded"] and not into.tells_of(mandate):
        # A look, or the other of two commands, was faster: the command is answered all the same.
        reason = f"it is {mandate.state} already"
        known = into.latest(mandate)
        return refused(CommandRefused, outcome, UpdateMandate, known, code=RefusalCode.WRONG_STATE, reason=reason)
    return into.decision()


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    mandates = reads.mandates([outcome.key for outcome in outcomes])
    found = [mandates[outcome.key] for outcome in outcomes]
    around = surroundings(reads, [mandate.bank_account_id for mandate in found])
    return [Situation(mandate, around[mandate.bank_account_id]) for mandate in found]


ANSWERING = Answering(UPDATE_MANDATE, UpdateMandate, load, decide)
