"""What follows whenever a payment's state changes, whoever changed it: its limits, and a wish that waited for this."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command, Event
from bankrails_contracts.payments import CancelPayment, PaymentRefused, StopPayment, VoidPayment
from bankrails_messaging.decisions import Decision, Tally, Work

from payments_service.domain.limits import LimitTotal
from payments_service.domain.mandate import Mandate
from payments_service.domain.payment import MOVED_NOTHING, NOT_KNOWN_TO_BE_SENT, Payment
from payments_service.domain.transitions import Trigger, next_state
from payments_service.domain.undo import Ask
from payments_service.handlers.one_time_mandate import use
from payments_service.handlers.withdrawal_work import WITHDRAW


def moved(payment: Payment, *triggers: Trigger) -> Payment:
    """In the state that they lead to, one after the other; what is known already changes nothing."""
    for trigger in triggers:
        state = next_state(payment.state, trigger)
        payment = payment if state is None else replace(payment, state=state)
    return payment


def changed(
    payment: Payment,
    *events: Event,
    work: tuple[Work, ...] = (),
    also: tuple[Decision, ...] = (),
    commands: tuple[Command, ...] = (),
    ends: tuple[str, ...] = (),
) -> Decision:
    """The decision that leaves `payment` so."""
    tallies: tuple[Tally, ...] = ()
    counts = payment.state not in MOVED_NOTHING
    if payment.limits and counts is not payment.counts:
        amount = payment.amount_minor if counts else -payment.amount_minor
        tallies = tuple(Tally(LimitTotal, total_id, amount) for total_id in payment.limits)
        payment = replace(payment, counts=counts)
    wish = payment.wished
    if wish is not None and payment.state not in NOT_KNOWN_TO_BE_SENT:
        payment = replace(payment, wish=None)
        if payment.state not in MOVED_NOTHING:
            commands = (*commands, _command(payment, wish))
    return Decision(payment, events, work, also=also, commands=commands, tallies=tallies, ends=ends)


def refused_before_it_was_sent(
    payment: Payment, code: RefusalCode, reason: str, mandate: Mandate | None, now: datetime
) -> Decision:
    """Only for a payment that is ACCEPTED: its call, which nobody has tried, ends in the same commit.

    `mandate`: the one-time mandate that serves it, where there is one.
    """
    refused = moved(payment, Trigger.REFUSE)
    event = PaymentRefused(**payment.about, code=code, reason=reason)
    return changed(refused, event, also=use(refused, mandate, now), ends=(WITHDRAW,))


def _command(payment: Payment, wish: Ask) -> Command:
    """The wish as the command that it was: decided again, now that the outcome is known."""
    names = {"merchant_id": payment.merchant_id, "payment_id": payment.id}
    match wish.command:
        case CancelPayment.__name__:
            return CancelPayment(**names)
        case VoidPayment.__name__:
            return VoidPayment(**names, or_refund=wish.or_refund)
        case _:
            return StopPayment(**names, or_refund=wish.or_refund, insist=wish.insist)
