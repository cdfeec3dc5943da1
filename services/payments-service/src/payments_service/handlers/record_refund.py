"""The vendor's answer to a refund, or what is known instead of one. The payment's own state is another matter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    MoneyCall,
    PaymentOutcomeResolved,
    PaymentOutcomeUnknown,
    RefundPayment,
    RefundState,
    RefundSubmitted,
    Resolution,
)
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.doubt import Doubt
from payments_service.domain.payment import Payment
from payments_service.domain.refund import RANK, Refund
from payments_service.domain.stopping import PROVES, Seen, seen_in
from payments_service.domain.vendor_claim import VendorClaim, claim_id
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.refunding import REFUND, about, failed
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    payment: Payment
    refund: Refund


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    payment, refund = situation.payment, situation.refund
    match outcome.result:
        case Result.ANSWERED:
            after, events, claim = submitted(payment, refund, outcome.answer["vendor_refund_id"], now)
            return Decision(after, (*_resolved(outcome, payment, refund), *events), also=claim)
        case Result.REJECTED:
            return _rejected(outcome, payment, refund)
        case Result.WITHDRAWN:
            code, _, words = outcome.reason.partition(": ")
            return _failed(outcome, payment, refund, RefusalCode(code), words)
        case Result.EXHAUSTED:
            return _failed(outcome, payment, refund, RefusalCode.VENDOR_UNAVAILABLE, outcome.reason)
        case Result.UNKNOWN | Result.AMBIGUOUS:
            return _unknown(outcome, payment, refund, now)
        case _:
            assert_never(outcome.result)


def submitted(
    payment: Payment, refund: Refund, vendor_id: str, now: datetime
) -> tuple[Payment, tuple[Event, ...], tuple[Decision, ...]]:
    """The vendor has it: the payment after that, what is said of it, and the vendor's transaction as ours."""
    known = (
        refund if RANK[refund.state] >= RANK[RefundState.SUBMITTED] else replace(refund, state=RefundState.SUBMITTED)
    )
    known = replace(known, vendor_refund_id=vendor_id, doubt=None)
    event = RefundSubmitted(
        **about(payment, refund),
        vendor_payment_id=payment.vendor_payment_id,
        vendor_refund_id=vendor_id,
        submitted_at=now,
        exposed_until=refund.exposed_until,
        insisted=refund.insisted,
    )
    claim = VendorClaim(claim_id(payment.merchant_id, vendor_id), payment.id, f"refund {refund.id}")
    return payment.with_refund(known), (event,), (Decision(claim),)


def _rejected(outcome: Outcome, payment: Payment, refund: Refund) -> Decision:
    seen = seen_in(outcome.reason)
    code = RefusalCode.VENDOR_REJECTED
    if outcome.not_permitted:
        code = RefusalCode.NOT_PERMITTED
    elif seen is not None:
        code = RefusalCode.RETURNED if seen is Seen.CAME_BACK else RefusalCode.WRONG_STATE
    return _failed(outcome, payment, refund, code, outcome.reason)


def _failed(outcome: Outcome, payment: Payment, refund: Refund, code: RefusalCode, reason: str) -> Decision:
    after, event = failed(payment, refund, code, reason)
    seen = seen_in(reason)
    if seen in (Seen.DECLINED, Seen.CANCELLED):
        after = moved(after, PROVES[seen])
    return changed(after, *_resolved(outcome, payment, refund), event)


def _unknown(outcome: Outcome, payment: Payment, refund: Refund, now: datetime) -> Decision:
    needs_operator = outcome.result is Result.AMBIGUOUS
    since = now if refund.doubt is None else refund.doubt.since
    doubt = Doubt(since, outcome.reason, needs_operator, tuple(outcome.answer.get("candidates", ())))
    event = PaymentOutcomeUnknown(
        **payment.about,
        call=MoneyCall.REFUND,
        refund_id=refund.id,
        since=since,
        needs_operator=needs_operator,
        reason=outcome.reason,
    )
    return Decision(payment.with_refund(replace(refund, state=RefundState.UNKNOWN, doubt=doubt)), (event,))


def _resolved(outcome: Outcome, payment: Payment, refund: Refund) -> list[Event]:
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
            **payment.about,
            vendor_payment_id=payment.vendor_payment_id,
            call=MoneyCall.REFUND,
            refund_id=refund.id,
            resolution=resolution,
        )
    ]


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    situations = []
    for outcome in outcomes:
        payment = payments[outcome.key]
        refund = payment.refund(outcome.payload["refund_id"])
        assert refund is not None  # noqa: S101 - its work was made in the commit that made it
        situations.append(Situation(payment, refund))
    return situations


ANSWERING = Answering(REFUND, RefundPayment, load, decide)
