"""What is to be found in payments themselves, at the moment of its decision and once.

A payment that came back while a refund of it is out: the payer has the money twice. A dispute that is given up: nobody
looks at it any more. This goes around the other handlers, since a return is decided in several of them, and a refund may
follow a return as well as precede it. What was told stands on the payment itself, so nothing else has to be loaded; a
dispute that is given up once more, after it had ended, is another difference.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from bankrails_contracts.message import Message
from bankrails_contracts.settlement import DiscrepancyKind
from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome, Refusal

from settlement_watcher.domain.discrepancy import Difference
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers import discrepancies

M = TypeVar("M", bound=Message)
S = TypeVar("S")


def around(item: Handling[M, S]) -> Handling[M, S]:
    def decide(message: M, situation: S, now: datetime) -> Decision | Refusal:
        verdict = item.decide(message, situation, now)
        return verdict if isinstance(verdict, Refusal) else watched(verdict, now)

    return replace(item, decide=decide)


def around_answer(item: Answering[S]) -> Answering[S]:
    def decide(outcome: Outcome, situation: S, now: datetime) -> Decision:
        return watched(item.decide(outcome, situation, now), now)

    return replace(item, decide=decide)


def watched(decision: Decision, now: datetime) -> Decision:
    """The same, and what is found in its payments."""
    found: list[Decision] = []
    decision = _marked(decision, found, now)
    return replace(decision, also=(*decision.also, *found)) if found else decision


def double_loss_of(payment_id: str, refund_id: str, **sides: str | None) -> Difference:
    known: dict[str, Any] = {"ours": f"refunded by {refund_id}", "theirs": "returned"} | sides
    return Difference(
        DiscrepancyKind.REFUNDED_AND_RETURNED,
        what=f"{payment_id}/{refund_id}",
        payment_id=payment_id,
        refund_id=refund_id,
        **known,
    )


def _double_loss(payment: WatchedPayment, refund_id: str) -> Difference:
    return double_loss_of(
        payment.id,
        refund_id,
        theirs=f"{payment.amount_minor} {payment.currency}, returned on {payment.returned_on}",
        vendor_payment_id=payment.vendor_payment_id,
        vendor_batch_id=payment.vendor_batch_id,
    )


def _without_end(payment: WatchedPayment) -> Difference:
    return Difference(
        DiscrepancyKind.CONTESTED_WITHOUT_END,
        what=f"{payment.id}/{payment.looks_ended_at:%Y-%m-%dT%H:%M:%S}",
        ours=f"contested since {payment.contested_at:%Y-%m-%d}, looked at no more",
        theirs="contested",
        payment_id=payment.id,
        vendor_payment_id=payment.vendor_payment_id,
        vendor_batch_id=payment.vendor_batch_id,
    )


def _marked(decision: Decision, found: list[Decision], now: datetime) -> Decision:
    payment: Any = decision.aggregate
    if isinstance(payment, WatchedPayment) and payment.returned_on is not None:
        told = payment.double_losses.split(",")
        new = [id for id in payment.refund_ids if id not in told]
        if new:
            found += _told(payment, new, now)
            payment = replace(payment, double_losses=",".join([*filter(None, told), *new]))
    if isinstance(payment, WatchedPayment) and payment.looks_ended_at == now:
        found += discrepancies.told([_without_end(payment)], {}, payment.merchant_id, now)
    also = tuple(_marked(item, found, now) for item in decision.also)
    if payment is decision.aggregate and all(new is old for new, old in zip(also, decision.also, strict=True)):
        return decision
    return replace(decision, aggregate=payment, also=also)


def _told(payment: WatchedPayment, refund_ids: Sequence[str], now: datetime) -> list[Decision]:
    differences = [_double_loss(payment, refund_id) for refund_id in refund_ids]
    return discrepancies.told(differences, {}, payment.merchant_id, now)
