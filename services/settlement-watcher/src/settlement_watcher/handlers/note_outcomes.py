"""What payments-service does not know of a call of its own: kept, since a row at the vendor may be what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.payments import MoneyCall, PaymentOutcomeResolved, PaymentOutcomeUnknown
from bankrails_messaging.decisions import Decision, Handling, Refusal

from settlement_watcher.domain.open_outcome import OpenOutcome, OutcomeState, outcome_id
from settlement_watcher.reconciling_ports import ReconcilingReads


@dataclass(frozen=True)
class Resolving:
    inner: Any
    """What the handler itself asked for."""
    outcome: OpenOutcome | None


def unknown(event: PaymentOutcomeUnknown, known: OpenOutcome | None, now: datetime) -> Decision:
    if known is not None and known.state is OutcomeState.UNKNOWN:
        return Decision()
    if known is not None:
        return Decision(replace(known, state=OutcomeState.UNKNOWN, since=event.since, resolved_at=None))
    outcome = OpenOutcome(
        id=_id(event),
        merchant_id=event.merchant_id,
        payment_id=event.payment_id,
        call=event.call,
        amount_minor=event.amount.amount_minor,
        currency=event.amount.currency,
        since=event.since,
    )
    return Decision(outcome)


def resolving(item: Handling[Any, Any]) -> Handling[Any, Any]:
    """Around the handling of PaymentOutcomeResolved; any other stays as it is. What a refund or a void turned out to be
    says nothing of the debit."""
    if item.message is not PaymentOutcomeResolved:
        return item

    def load(reads: ReconcilingReads, events: Sequence[PaymentOutcomeResolved]) -> list[Resolving]:
        known = reads.outcomes([_id(event) for event in events])
        inner = item.load(reads, events)
        return [Resolving(some, known.get(_id(event))) for some, event in zip(inner, events, strict=True)]

    def decide(event: PaymentOutcomeResolved, situation: Resolving, now: datetime) -> Decision | Refusal:
        verdict = item.decide(event, situation.inner, now) if event.call == MoneyCall.WITHDRAW else Decision()
        outcome = situation.outcome
        if isinstance(verdict, Refusal) or outcome is None or outcome.state is OutcomeState.RESOLVED:
            return verdict
        resolved = Decision(replace(outcome, state=OutcomeState.RESOLVED, resolved_at=now))
        return replace(verdict, also=(*verdict.also, resolved))

    return Handling(PaymentOutcomeResolved, load, decide)


def handling() -> Handling[PaymentOutcomeUnknown, OpenOutcome | None]:
    def load(reads: ReconcilingReads, events: Sequence[PaymentOutcomeUnknown]) -> list[OpenOutcome | None]:
        known = reads.outcomes([_id(event) for event in events])
        return [known.get(_id(event)) for event in events]

    return Handling(PaymentOutcomeUnknown, load, unknown)


def _id(event: PaymentOutcomeUnknown | PaymentOutcomeResolved) -> str:
    return outcome_id(event.payment_id, event.call, event.refund_id)
