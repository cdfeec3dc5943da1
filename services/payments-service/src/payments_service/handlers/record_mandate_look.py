"""What the vendor shows of a payer's mandates: compared with ours one by one, and looked at again while something waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import structlog
from bankrails_contracts.payments import MandateInconsistent, PaymentState, RequestMandate
from bankrails_helcim.mapping import PadState
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.mandate import STOPS_LOOKING, Mandate, MandateState, next_look
from payments_service.domain.payer_watch import RESTING, PayerWatch
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.look_at_mandates import LOOK_AT_MANDATES
from payments_service.handlers.standing_of_accounts import (
    Surroundings,
    accept,
    revoke,
    stop_unpermitted,
    surroundings,
)
from payments_service.ports import Reads

VENDOR = "the payer, as the vendor shows it"

Alarm = Callable[[Mandate], None]

log = structlog.get_logger()


def unheard(mandate: Mandate) -> None:
    """Nobody counts."""


@dataclass(frozen=True)
class Situation:
    watch: PayerWatch | None
    accounts: Sequence[Surroundings]


def decide(outcome: Outcome, situation: Situation, now: datetime, alarm: Alarm = unheard) -> Decision:
    watch, asked = situation.watch, outcome.payload["round"]
    if asked is not None and (watch is None or watch.round != asked):
        return Decision()
    if outcome.result is not Result.ANSWERED:
        again = asked is not None and outcome.result is not Result.WITHDRAWN
        return Decision(again_at=_next(watch, now)) if again else Decision()
    into = Consequences()
    pads = {pad["vendor_mandate_id"]: pad for pad in outcome.answer["pads"]}
    for around in situation.accounts:
        for mandate in around.mandates:
            pad = pads.get(mandate.vendor_mandate_id)
            if pad is not None:
                compare(into, mandate, pad, around, now, alarm)
    seen = replace(watch or PayerWatch(outcome.payload["payer_id"]), looked_at=now)
    if asked is None:
        into.change(seen)
        return into.decision()
    if not _something_waits(into, situation, seen, now):
        into.change(replace(seen, state=RESTING))
        return into.decision()
    into.change(seen)
    return into.decision(again_at=_next(seen, now))


def compare(
    into: Consequences,
    mandate: Mandate,
    pad: Mapping[str, Any],
    around: Surroundings,
    now: datetime,
    alarm: Alarm = unheard,
    *,
    by: str = VENDOR,
) -> None:
    """Ours becomes as the vendor shows it. What has ended stays so, unless the payer agreed anew after the end."""
    accepted_at, revoked_at = _instant(pad["accepted_at"]), _instant(pad["revoked_at"])
    earliest = None if pad["earliest_debit_on"] is None else date.fromisoformat(pad["earliest_debit_on"])
    held = mandate.state in (MandateState.REQUESTED, MandateState.ACCEPTED)
    match PadState(pad["state"]):
        case PadState.ACTIVE if mandate.state is MandateState.REQUESTED or _anew(mandate, accepted_at):
            changes = {"earliest_debit_on": earliest}
            accept(into, mandate, around, at=accepted_at or now, changes=changes, by=by)
        case PadState.ACTIVE if mandate.state is MandateState.ACCEPTED:
            known = replace(mandate, earliest_debit_on=earliest, inconsistent_at=None)
            if known != mandate:
                into.change(known)
        case PadState.REVOKED if held:
            revoke(into, mandate, around, at=revoked_at or now, by=by, reason=None)
        case PadState.NOT_ACCEPTED if mandate.state is MandateState.ACCEPTED:
            revoke(into, mandate, around, at=now, by=by, reason="the vendor shows it as not accepted any more")
        case PadState.NOT_ACCEPTED if held and mandate.inconsistent_at is not None:
            into.change(replace(mandate, inconsistent_at=None))
        case PadState.CONTRADICTORY if held and mandate.inconsistent_at is None:
            _tell_inconsistent(into, mandate, around, now, alarm)
        case _:
            pass  # known already, or a pair of words that nobody knows: it permits nothing new


def _tell_inconsistent(into: Consequences, mandate: Mandate, around: Surroundings, now: datetime, alarm: Alarm) -> None:
    log.error("mandate.inconsistent", mandate_id=mandate.id, vendor_mandate_id=mandate.vendor_mandate_id)
    alarm(mandate)
    doubtful = mandate.then("inconsistent", now, VENDOR, state=MandateState.REQUESTED, inconsistent_at=now)
    event = MandateInconsistent(**mandate.about, vendor_mandate_id=mandate.vendor_mandate_id or "", observed_at=now)
    into.change(doubtful, event)
    stop_unpermitted(into, around, now)


def _anew(mandate: Mandate, accepted_at: datetime | None) -> bool:
    ended = mandate.state is MandateState.REVOKED and mandate.revoked_at is not None
    return ended and accepted_at is not None and accepted_at > (mandate.revoked_at or accepted_at)


def _something_waits(into: Consequences, situation: Situation, watch: PayerWatch, now: datetime) -> bool:
    """A debit that the vendor keeps back, or a request that the payer may still answer."""
    for around in situation.accounts:
        if any(payment.state is PaymentState.AWAITING_MANDATE for payment in around.waiting):
            return True
        if now - (watch.since or now) < STOPS_LOOKING:
            mandates = [into.latest(each) for each in around.mandates]
            if any(each.state is MandateState.REQUESTED for each in mandates):
                return True
    return False


def _next(watch: PayerWatch | None, now: datetime) -> datetime:
    return next_look(now if watch is None or watch.since is None else watch.since, now)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    payer_ids = [outcome.payload["payer_id"] for outcome in outcomes]
    watches, accounts = reads.payer_watches(payer_ids), reads.accounts_of(payer_ids)
    around = surroundings(reads, [account.id for some in accounts.values() for account in some])
    return [
        Situation(watches.get(payer_id), [around[account.id] for account in accounts.get(payer_id, ())])
        for payer_id in payer_ids
    ]


def answering(alarm: Alarm = unheard) -> Answering[Situation]:
    def decide_now(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        return decide(outcome, situation, now, alarm)

    return Answering(LOOK_AT_MANDATES, RequestMandate, load, decide_now)
