"""How a void or a cancellation ended: what the two have in common. What success says, each tells itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command, Event
from bankrails_contracts.payments import (
    CancelPayment,
    CommandRefused,
    PaymentOutcomeResolved,
    PaymentOutcomeUnknown,
    Resolution,
    StopPayment,
    VoidPayment,
)
from bankrails_helcim.rights import MissingRight
from bankrails_messaging.decisions import Answering, Decision, Outcome, Refusal, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.doubt import Doubt
from payments_service.domain.payment import MOVED_NOTHING, Payment
from payments_service.domain.stopping import PROVES, WAYS, Seen, Way, seen_in
from payments_service.domain.undo import Undo
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.telling import news
from payments_service.handlers.undoing import begin
from payments_service.ports import Reads

COMMANDS: Mapping[str, type[Command]] = {item.__name__: item for item in (CancelPayment, VoidPayment, StopPayment)}

Undone = Callable[[Payment, Mapping[str, Any]], Decision]
"""(payment with the call ended, the vendor's answer) → what it comes to."""


def answering(kind: str, command: type[Command], undone: Undone, missing: MissingRight) -> Answering[Payment]:
    """`command`: the one that is told should the outcome have to be parked."""

    def decide(outcome: Outcome, payment: Payment, now: datetime) -> Decision:
        under_way = payment.undoing
        if under_way is None:
            return Decision()  # a person resolved it meanwhile
        match outcome.result:
            case Result.ANSWERED:
                decision = undone(payment.with_undo(None), outcome.answer)
                return replace(decision, events=(*_resolved(outcome, payment, under_way), *decision.events))
            case Result.UNKNOWN | Result.AMBIGUOUS:
                return _unknown(outcome, payment, under_way, now)
            case Result.REJECTED | Result.WITHDRAWN | Result.EXHAUSTED:
                decision = _not_done(outcome, payment.with_undo(None), under_way, now, missing)
                return replace(decision, events=(*_resolved(outcome, payment, under_way), *decision.events))
            case _:
                assert_never(outcome.result)

    return Answering(kind, command, load, decide)


def _not_done(outcome: Outcome, payment: Payment, under_way: Undo, now: datetime, missing: MissingRight) -> Decision:
    """What the vendor's row showed instead is news, or a fact was faster; perhaps there is another way by now."""
    seen = Seen.CANCELLED if under_way.cancelled_seen else seen_in(outcome.reason)
    trigger = None if seen is None else PROVES.get(seen)
    learned = payment if trigger is None else moved(payment, trigger)
    is_new = learned.state is not payment.state
    same_way = WAYS[learned.state] is Way(under_way.call.value)
    if seen is None or trigger is None or (same_way and not is_new):
        return _refused(outcome, payment, under_way, _code(outcome, seen), outcome.reason)
    told = news(learned, trigger, payment.vendor_payment_id or "", now, seen) if is_new else ()
    if is_new and learned.state in MOVED_NOTHING:
        return changed(learned, *told)  # which answers the command: it came to its end without us
    again = begin(learned, under_way.ask, None, now, missing)
    if isinstance(again, Refusal):
        again = _refused(outcome, learned, under_way, again.code, again.reason)
    return replace(again, events=(*told, *again.events))


def _code(outcome: Outcome, seen: Seen | None) -> RefusalCode | None:
    if seen is not None:
        return RefusalCode.RETURNED if seen is Seen.CAME_BACK else RefusalCode.WRONG_STATE
    return RefusalCode(outcome.reason.partition(": ")[0]) if outcome.result is Result.WITHDRAWN else None


def _refused(outcome: Outcome, payment: Payment, under_way: Undo, code: RefusalCode | None, reason: str) -> Decision:
    command = COMMANDS[under_way.ask.command]
    return refused(CommandRefused, outcome, command, payment, code=code, reason=reason)


def _unknown(outcome: Outcome, payment: Payment, under_way: Undo, now: datetime) -> Decision:
    needs_operator = outcome.result is Result.AMBIGUOUS
    since = now if under_way.doubt is None else under_way.doubt.since
    doubt = Doubt(since, outcome.reason, needs_operator, tuple(outcome.answer.get("candidates", ())))
    event = PaymentOutcomeUnknown(
        **payment.about, call=under_way.call, since=since, needs_operator=needs_operator, reason=outcome.reason
    )
    return Decision(payment.with_undo(replace(under_way, doubt=doubt)), (event,))


def _resolved(outcome: Outcome, payment: Payment, under_way: Undo) -> list[Event]:
    if not outcome.was_unknown:
        return []
    if outcome.found:
        resolution = Resolution.FOUND
    elif outcome.result is Result.ANSWERED:
        resolution = Resolution.SENT_AGAIN
    else:
        resolution = Resolution.ABSENT
    return [
        PaymentOutcomeResolved(
            **payment.about, vendor_payment_id=payment.vendor_payment_id, call=under_way.call, resolution=resolution
        )
    ]


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Payment]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    return [payments[outcome.key] for outcome in outcomes]
