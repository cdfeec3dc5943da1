"""What payments-service tells of a payment: anything with a vendor's id makes it watched, its end ends that.

Facts in any order, each perhaps twice; none is refused. A payment that is heard of in time makes no work: the sweep
after the next close finds it, and nothing can happen to it before. One whose close has passed is looked for at once,
together with all others that come late in that minute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bankrails_contracts.payments import (
    PaymentApproved,
    PaymentAwaitingMandate,
    PaymentCancelled,
    PaymentDeclined,
    PaymentEvent,
    PaymentOutcomeResolved,
    PaymentState,
    PaymentSubmitted,
)
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Decision, Handling, Work
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.looks import last_close
from settlement_watcher.domain.watched_payment import TOLD, WatchedPayment, learned
from settlement_watcher.handlers.look_after_mandate import LOOK
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.ports import Reads

LATE_WAITS = timedelta(minutes=1)


NOTHING_SEEN: dict[str, Any] = {
    **dict.fromkeys(
        (
            "auth",
            "clearing",
            "vendor_batch_id",
            "observed_at",
            "in_settlement_at",
            "cleared_at",
            "funds_available_at",
            "available_at",
            "claim_deadline",
            "contested_at",
            "returned_on",
            "return_code",
            "final_at",
        )
    ),
    "batch_closed": False,
}
"""What a look can show, and what follows from it."""


@dataclass(frozen=True)
class Situation:
    payment: WatchedPayment | None
    country: str
    """The merchant's, for an event that does not say the bank account's; empty when neither is known."""
    zone: ZoneInfo | None
    """The merchant's; None when it is not ours, and nobody looks."""
    look_planned: bool
    """A look at the merchant's payments stands that has not begun: it will see this one too."""
    earliest_beside: datetime | None
    """The earliest time at the vendor among those that are heard of in the same breath, before this one."""


@dataclass(frozen=True)
class Fact:
    """What one event says."""

    told: PaymentState
    vendor_payment_id: str | None
    at: datetime | None = None
    """When it was at the vendor, where the event says so."""


FACTS: dict[type[PaymentEvent], Callable[[Any], Fact]] = {
    PaymentSubmitted: lambda e: Fact(PaymentState.SUBMITTING, e.vendor_payment_id, e.submitted_at),
    PaymentAwaitingMandate: lambda e: Fact(PaymentState.AWAITING_MANDATE, e.vendor_payment_id),
    PaymentApproved: lambda e: Fact(PaymentState.APPROVED, e.vendor_payment_id, e.approved_at),
    PaymentOutcomeResolved: lambda e: Fact(PaymentState.SUBMITTING, e.vendor_payment_id),
    PaymentDeclined: lambda e: Fact(PaymentState.DECLINED, e.vendor_payment_id),
    PaymentCancelled: lambda e: Fact(PaymentState.CANCELLED, e.vendor_payment_id),
}


def decide(event: PaymentEvent, situation: Situation, now: datetime) -> Decision:
    fact = FACTS[type(event)](event)
    known = situation.payment
    if known is None:
        if fact.vendor_payment_id is None and fact.told is PaymentState.SUBMITTING:
            return Decision()  # resolved as absent: nothing of it is at the vendor
        known = learned(_first_heard_of(event, fact, situation.country, now), told=fact.told)
        return Decision(known, work=_look_if_late(known, situation, now))
    if known.vendor_payment_id is not None and fact.vendor_payment_id not in (None, known.vendor_payment_id):
        # Somebody had it watched under a wrong number; what was seen of that one is nothing of this.
        known = replace(known, **NOTHING_SEEN)
    told = learned(
        known,
        told=max(known.told, fact.told, key=TOLD.index),
        since=min(known.since, fact.at or now),
        vendor_payment_id=fact.vendor_payment_id or known.vendor_payment_id,
        refused=known.refused and fact.vendor_payment_id is None,
        external_account_id=known.external_account_id or event.external_account_id,
        country=known.country or event.country or situation.country,
        holder_type=known.holder_type or event.holder_type,
    )
    return Decision() if told is known else Decision(told)


def _look_if_late(known: WatchedPayment, situation: Situation, now: datetime) -> tuple[Work, ...]:
    """A look in a minute when its close has passed, unless one that has not begun will show it."""
    if situation.zone is None or not known.is_open:
        return ()
    close = last_close(situation.zone, now)
    beside = situation.earliest_beside
    if known.since > close or situation.look_planned or (beside is not None and beside <= close):
        return ()
    payload = {"merchant_id": known.merchant_id}
    return (Work(LOOK, payload, helcim_budget(known.merchant_id), Lane.POLLING, due_at=now + LATE_WAITS),)


def _first_heard_of(event: PaymentEvent, fact: Fact, country: str, now: datetime) -> WatchedPayment:
    return WatchedPayment(
        id=event.payment_id,
        merchant_id=event.merchant_id,
        vendor_payment_id=fact.vendor_payment_id,
        external_account_id=event.external_account_id,
        amount_minor=event.amount.amount_minor,
        currency=event.amount.currency,
        country=event.country or country,
        holder_type=event.holder_type,
        since=min(fact.at or now, now),
    )


def handlings(merchants: Merchants) -> list[Handling[Any, Situation]]:
    def load(reads: Reads, events: Sequence[PaymentEvent]) -> list[Situation]:
        payments = reads.payments([event.payment_id for event in events])
        planned = reads.looks_planned([event.merchant_id for event in events])
        beside: dict[str, datetime] = {}
        situations = []
        for event in events:
            payment, merchant = payments.get(event.payment_id), merchants.get(event.merchant_id)
            country = "" if merchant is None else merchant.country
            zone = None if merchant is None else merchants.zone(merchant.id)
            merchant_id = event.merchant_id
            situations.append(Situation(payment, country, zone, merchant_id in planned, beside.get(merchant_id)))
            at = FACTS[type(event)](event).at
            if payment is None and at is not None:
                # Decided in one wave they do not see each other's work: the first that is late looks for all.
                beside[merchant_id] = min(at, beside.get(merchant_id, at))
        return situations

    return [Handling(message, load, decide) for message in FACTS]
