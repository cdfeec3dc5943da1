"""The vendor's answer to a debit, or what is known instead of one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    CollectPayment,
    PaymentApproved,
    PaymentAwaitingMandate,
    PaymentCancelled,
    PaymentDeclined,
    PaymentOutcomeResolved,
    PaymentOutcomeUnknown,
    PaymentRefused,
    PaymentSubmitted,
    Resolution,
)
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger, next_state
from payments_service.handlers.collect_payment import WITHDRAW
from payments_service.ports import Reads

ANSWERS = {
    "APPROVED": Trigger.APPROVE,
    "PENDING": Trigger.AWAIT,
    "DECLINED": Trigger.DECLINE,
    "CANCELLED": Trigger.CANCEL,
}
"""The vendor's authorization status of a new debit → what it does to the payment."""


def decide(outcome: Outcome, payment: Payment, now: datetime) -> Decision:
    about = payment.about
    match outcome.result:
        case Result.ANSWERED:
            return _answered(outcome, payment, about, now)
        case Result.REJECTED:
            declined = PaymentDeclined(**about, reason=outcome.reason)
            return _moved(payment, Trigger.DECLINE, *_resolved(outcome, about, None), declined)
        case Result.WITHDRAWN:
            refused = PaymentRefused(**about, code=RefusalCode(outcome.reason), reason="stopped before it was sent")
            return _moved(payment, Trigger.REFUSE, *_resolved(outcome, about, None), refused)
        case Result.EXHAUSTED:
            refused = PaymentRefused(**about, code=RefusalCode.VENDOR_UNAVAILABLE, reason=outcome.reason)
            return _moved(payment, Trigger.REFUSE, *_resolved(outcome, about, None), refused)
        case Result.UNKNOWN:
            lost = replace(payment, unknown_since=now)
            return _moved(lost, Trigger.LOSE, PaymentOutcomeUnknown(**about, since=now, reason=outcome.reason))
        case Result.AMBIGUOUS:
            unclear = PaymentOutcomeUnknown(
                **about, since=payment.unknown_since or now, needs_operator=True, reason=outcome.reason
            )
            return Decision(replace(payment, needs_operator=True), (unclear,))
        case _:
            assert_never(outcome.result)


def _answered(outcome: Outcome, payment: Payment, about: dict[str, Any], now: datetime) -> Decision:
    vendor_id = outcome.answer["vendor_payment_id"]
    status = outcome.answer["status_auth"]
    known = replace(payment, vendor_payment_id=vendor_id, unknown_since=None, needs_operator=False)
    events: list[Event] = [
        *_resolved(outcome, about, vendor_id),
        PaymentSubmitted(**about, vendor_payment_id=vendor_id, submitted_at=now),
    ]
    trigger = ANSWERS.get(status, Trigger.TAKE)
    match trigger:
        case Trigger.APPROVE:
            events.append(PaymentApproved(**about, vendor_payment_id=vendor_id, approved_at=now))
        case Trigger.AWAIT:
            events.append(PaymentAwaitingMandate(**about, vendor_payment_id=vendor_id))
        case Trigger.DECLINE:
            text = outcome.answer.get("response_message") or "declined by the vendor"
            events.append(PaymentDeclined(**about, vendor_payment_id=vendor_id, reason=text))
        case Trigger.CANCEL:
            events.append(PaymentCancelled(**about, vendor_payment_id=vendor_id))
        case _:
            pass  # in progress, or a word we do not know: what becomes of it will be observed
    return _moved(known, trigger, *events)


def _resolved(outcome: Outcome, about: dict[str, Any], vendor_id: str | None) -> list[Event]:
    if not outcome.was_unknown:
        return []
    if outcome.found:
        resolution = Resolution.FOUND
    elif outcome.result in (Result.ANSWERED, Result.REJECTED):
        resolution = Resolution.SENT_AGAIN
    else:
        resolution = Resolution.ABSENT
    return [PaymentOutcomeResolved(**about, vendor_payment_id=vendor_id, resolution=resolution)]


def _moved(payment: Payment, trigger: Trigger, *events: Event) -> Decision:
    state = next_state(payment.state, trigger)
    return Decision(payment if state is None else replace(payment, state=state), events)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Payment]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    return [payments[outcome.key] for outcome in outcomes]


ANSWERING = Answering(WITHDRAW, CollectPayment, load, decide)
