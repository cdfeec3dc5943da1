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
    PaymentVoided,
)
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Decision, Handling, Work
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.looks import last_close
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, claimed
from settlement_watcher.domain.watched_payment import TOLD, WatchedPayment, learned
from settlement_watcher.handlers.look_after_mandate import LATE, LOOK
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.presentments import presentment_facts
from settlement_watcher.ports import Reads

LATE_WAITS = timedelta(minutes=1)
ABOUT_TO_BEGIN = timedelta(seconds=10)
"""A look that begins so soon may read what it looks for before this decision is stored."""


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
            "looks_ended_at",
            "missing_since",
            "overdue_at",
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
    look_due_at: datetime | None
    """A look for late payments stands that has not begun: it will see this one too, if it is not about to begin."""
    earliest_beside: datetime | None
    """The earliest time at the vendor among those that are heard of in the same breath, before this one."""
    before: WatchedPayment | None = None
    """The returned payment that this one presents again."""
    row: UnclaimedRow | None = None
    """The vendor's row that was nobody's, until this event named it."""


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
    PaymentVoided: lambda e: Fact(PaymentState.VOIDED, e.vendor_payment_id),
}


def decide(event: PaymentEvent, situation: Situation, now: datetime) -> Decision:
    fact = FACTS[type(event)](event)
    known = situation.payment
    if known is None:
        if fact.vendor_payment_id is None and fact.told is PaymentState.SUBMITTING:
            return Decision()  # resolved as absent: nothing of it is at the vendor
        first = _first_heard_of(event, fact, situation.country, now)
        known = learned(first, told=fact.told, **presentment_facts(event, None, situation.before))
        return Decision(known, work=_look_if_late(known, situation, now), also=_claims(known, situation.row))
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
        bank_account_id=known.bank_account_id or event.bank_account_id,
        **presentment_facts(event, known, situation.before),
    )
    return Decision() if told is known else Decision(told, also=_claims(told, situation.row))


def _claims(payment: WatchedPayment, row: UnclaimedRow | None) -> tuple[Decision, ...]:
    """A look may show a row before we hear whose it is."""
    if row is None or row.is_claimed or row.merchant_id != payment.merchant_id:
        return ()
    return (Decision(claimed(row)),)


def _look_if_late(known: WatchedPayment, situation: Situation, now: datetime) -> tuple[Work, ...]:
    """A look in a minute when its close has passed, unless one that has not begun will show it."""
    if situation.zone is None or not known.is_open:
        return ()
    close = last_close(situation.zone, now)
    beside = situation.earliest_beside
    planned = situation.look_due_at is not None and situation.look_due_at > now + ABOUT_TO_BEGIN
    if known.since > close or planned or (beside is not None and beside <= close):
        return ()
    payload = {"merchant_id": known.merchant_id, "purpose": LATE}
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
        bank_account_id=event.bank_account_id,
        since=min(fact.at or now, now),
    )


def handlings(merchants: Merchants) -> list[Handling[Any, Situation]]:
    def load(reads: Reads, events: Sequence[PaymentEvent]) -> list[Situation]:
        before = [event.re_presents for event in events if event.re_presents is not None]
        payments = reads.payments([*(event.payment_id for event in events), *before])
        rows = reads.unclaimed([id for event in events if (id := FACTS[type(event)](event).vendor_payment_id)])
        planned = reads.looks_planned([event.merchant_id for event in events])
        beside: dict[str, datetime] = {}
        situations = []
        for event in events:
            payment, merchant = payments.get(event.payment_id), merchants.get(event.merchant_id)
            country = "" if merchant is None else merchant.country
            zone = None if merchant is None else merchants.zone(merchant.id)
            merchant_id = event.merchant_id
            look_due_at, earliest = planned.get(merchant_id), beside.get(merchant_id)
            again = payments.get(event.re_presents or "")
            row = rows.get(FACTS[type(event)](event).vendor_payment_id or "")
            situations.append(Situation(payment, country, zone, look_due_at, earliest, again, row))
            at = FACTS[type(event)](event).at
            if payment is None and at is not None:
                # Decided in one wave they do not see each other's work: the first that is late looks for all.
                beside[merchant_id] = min(at, beside.get(merchant_id, at))
        return situations

    return [Handling(message, load, decide) for message in FACTS]
