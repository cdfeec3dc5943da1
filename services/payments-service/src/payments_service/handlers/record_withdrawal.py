"""The vendor's answer to a debit, or what is known instead of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    CollectPayment,
    PaymentDeclined,
    PaymentOutcomeResolved,
    PaymentOutcomeUnknown,
    PaymentRefused,
    PaymentScheduled,
    PaymentState,
    PaymentSubmitted,
    Resolution,
    WaitsFor,
)
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.mandate import Mandate
from payments_service.domain.payment import Payment
from payments_service.domain.schedule import opens_at
from payments_service.domain.transitions import Trigger
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.one_time_mandate import one_time_mandates, use
from payments_service.handlers.telling import news
from payments_service.handlers.withdrawal_work import NOT_BEFORE, WITHDRAW
from payments_service.ports import Reads

ANSWERS = {
    "APPROVED": Trigger.APPROVE,
    "PENDING": Trigger.AWAIT,
    "DECLINED": Trigger.DECLINE,
    "CANCELLED": Trigger.CANCEL,
}
"""The vendor's authorization status of a new debit → what it does to the payment."""


@dataclass(frozen=True)
class Situation:
    payment: Payment
    mandate: Mandate | None = None
    """A one-time mandate that serves it."""


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    payment = situation.payment
    about = payment.about
    match outcome.result:
        case Result.ANSWERED:
            after, *events = taken(payment, outcome.answer, now)
            return _then(after, situation, now, *_resolved(outcome, payment), *events)
        case Result.REJECTED if not outcome.not_permitted:
            declined = PaymentDeclined(**about, reason=outcome.reason)
            after = moved(_certain(payment), Trigger.DECLINE)
            return _then(after, situation, now, *_resolved(outcome, payment), declined)
        case Result.REJECTED:
            return _refused(outcome, situation, now, RefusalCode.NOT_PERMITTED, outcome.reason)
        case Result.WITHDRAWN:
            return _withdrawn(outcome, situation, now)
        case Result.EXHAUSTED:
            return _refused(outcome, situation, now, RefusalCode.VENDOR_UNAVAILABLE, outcome.reason)
        case Result.UNKNOWN:
            lost = moved(replace(payment, unknown_since=now, unknown_reason=outcome.reason), Trigger.LOSE)
            return changed(lost, PaymentOutcomeUnknown(**about, since=now, reason=outcome.reason))
        case Result.AMBIGUOUS:
            since = payment.unknown_since or now
            candidates = outcome.answer.get("candidates", [])
            unclear = replace(
                payment, unknown_since=since, needs_operator=True, unknown_reason=outcome.reason, candidates=candidates
            )
            told = PaymentOutcomeUnknown(**about, since=since, needs_operator=True, reason=outcome.reason)
            return Decision(unclear, (told,))
        case _:
            assert_never(outcome.result)


def taken(payment: Payment, answer: dict[str, str], now: datetime) -> tuple[Payment, *tuple[Event, ...]]:
    """The vendor has the debit: the payment after that, and what is said of it."""
    vendor_id = answer["vendor_payment_id"]
    trigger = ANSWERS.get(answer["status_auth"], Trigger.TAKE)
    events: list[Event] = [PaymentSubmitted(**payment.about, vendor_payment_id=vendor_id, submitted_at=now)]
    # Nothing for one in progress, or a word we do not know: what becomes of it will be observed.
    declined = answer.get("response_message") or "declined by the vendor"
    events += news(payment, trigger, vendor_id, now, declined)
    return moved(replace(_certain(payment), vendor_payment_id=vendor_id), trigger), *events


def _certain(payment: Payment) -> Payment:
    return replace(payment, unknown_since=None, needs_operator=False, unknown_reason=None, candidates=[])


def _withdrawn(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    """Our own last check stopped it. Its reason is a code, and perhaps words after it."""
    payment = situation.payment
    code, _, words = outcome.reason.partition(": ")
    if code == NOT_BEFORE:
        due_on = date.fromisoformat(words)
        due_at = opens_at(outcome.payload["time_zone"], due_on)
        work = Work(
            WITHDRAW, outcome.payload, helcim_budget(payment.merchant_id), Lane.MONEY, due_at, gate=payment.twin_gate
        )
        told = PaymentScheduled(**payment.about, due_on=due_on, reason=WaitsFor.MANDATE_START)
        return Decision(replace(payment, due_on=due_on), (told,), (work,))
    if payment.state is PaymentState.REFUSED:
        return Decision()  # that decision has been told already
    return _refused(outcome, situation, now, RefusalCode(code), words or "stopped before it was sent")


def _refused(outcome: Outcome, situation: Situation, now: datetime, code: RefusalCode, reason: str) -> Decision:
    payment = situation.payment
    refused = PaymentRefused(**payment.about, code=code, reason=reason)
    after = moved(_certain(payment), Trigger.REFUSE)
    return _then(after, situation, now, *_resolved(outcome, payment), refused)


def _then(after: Payment, situation: Situation, now: datetime, *events: Event) -> Decision:
    return changed(after, *events, also=use(after, situation.mandate, now))


def _resolved(outcome: Outcome, payment: Payment) -> list[Event]:
    if not outcome.was_unknown:
        return []
    if outcome.found:
        resolution = Resolution.FOUND
    elif outcome.result in (Result.ANSWERED, Result.REJECTED):
        resolution = Resolution.SENT_AGAIN
    else:
        resolution = Resolution.ABSENT
    vendor_id = outcome.answer.get("vendor_payment_id")
    return [PaymentOutcomeResolved(**payment.about, vendor_payment_id=vendor_id, resolution=resolution)]


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    mandates = one_time_mandates(reads, list(payments.values()))
    found = [payments[outcome.key] for outcome in outcomes]
    return [Situation(payment, mandates.get(payment.one_time_mandate_id or "")) for payment in found]


ANSWERING = Answering(WITHDRAW, CollectPayment, load, decide)
