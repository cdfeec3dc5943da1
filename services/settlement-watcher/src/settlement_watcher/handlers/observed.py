"""What the vendor shows of one payment → what is now known of it, and what is to be told. The same for every look."""

from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.message import Event
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.settlement import (
    FundsAvailable,
    PaymentCleared,
    PaymentContested,
    PaymentFinal,
    PaymentInSettlement,
    VendorAuth,
    VendorClearing,
    VendorPaymentObserved,
)
from bankrails_messaging.decisions import Decision
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.claims import claim_deadline, funds_available_at
from settlement_watcher.domain.looks import contested_until, due_at
from settlement_watcher.domain.observation import Observation, says_something_new
from settlement_watcher.domain.refunds import refund_ends_at
from settlement_watcher.domain.watched_payment import SENT_BACK, WatchedPayment, learned
from settlement_watcher.handlers.about import about
from settlement_watcher.handlers.returned import came_back


@dataclass
class Told:
    """A payment as it becomes known step by step, and the events of these steps in order."""

    payment: WatchedPayment
    events: tuple[Event, ...] = ()
    before: WatchedPayment | None = None
    """As it was; None: as `payment` is given."""

    def __post_init__(self) -> None:
        self.before = self.before or self.payment

    @property
    def is_new(self) -> bool:
        return bool(self.events) or self.payment is not self.before

    def then(self, further: "Told") -> "Told":
        return Told(further.payment, self.events + further.events, self.before)

    def decision(self) -> Decision:
        return Decision(self.payment, self.events)

    def tell(self, *events: Event) -> None:
        """What a payment went through before it came back is known, and no longer told after that."""
        if self.payment.returned_on is None:
            self.events += events


def observed(payment: WatchedPayment, seen: Observation, calendar: BankingCalendar, *, asked: bool = False) -> Told:
    """`asked`: somebody waits for an answer, also when nothing has changed."""
    told = Told(payment)
    news = says_something_new(payment, seen)
    if news:
        told.payment = learned(
            payment,
            auth=seen.auth,
            clearing=seen.clearing,
            vendor_batch_id=seen.vendor_batch_id,
            batch_closed=seen.batch_closed,
            observed_at=seen.observed_at,
            since=min(payment.since, seen.created_at or payment.since),
            looks_ended_at=payment.looks_ended_at if seen.clearing == VendorClearing.CONTESTED else None,
        )
    if news or asked:
        told.events += (_row(told.payment, seen),)
    if news:
        _settled(told, seen)
        _cleared(told, seen, calendar)
        _came_back(told, seen, calendar)
    if payment.is_refund:
        told.events = tuple(event for event in told.events if isinstance(event, VendorPaymentObserved))
    return told


def is_due(payment: WatchedPayment, seen: Observation, calendar: BankingCalendar, now: datetime) -> bool:
    """Whether something is to be said now that the row was seen: a hold or a claim's end only of what the vendor shows
    as cleared at this moment, a dispute's only of one that still stands."""
    if seen.auth == VendorAuth.APPROVED and seen.clearing == VendorClearing.CLEARED:
        due = due_at(payment, calendar)
    elif seen.clearing == VendorClearing.CONTESTED:
        due = contested_until(payment, calendar)
    else:
        return False
    return due is not None and due <= now


def time_has_come(payment: WatchedPayment, calendar: BankingCalendar, now: datetime) -> Told:
    """For a payment that a look has just shown to be as it was: the hold, and then the grace, may be over."""
    told = Told(payment)
    if (gives_up := contested_until(payment, calendar)) is not None and gives_up <= now:
        told.payment = learned(payment, looks_ended_at=now)
    while (due := due_at(told.payment, calendar)) is not None and due <= now:
        if payment.is_refund:
            told.payment = learned(told.payment, final_at=due)
        elif told.payment.available_at is None:
            told.tell(FundsAvailable(**about(payment), available_at=due))
            told.payment = learned(told.payment, available_at=due)
        else:
            told.tell(PaymentFinal(**about(payment), final_at=due, claim_deadline=told.payment.claim_deadline))
            told.payment = learned(told.payment, final_at=due)
    return told


def _row(payment: WatchedPayment, seen: Observation) -> VendorPaymentObserved:
    fields = about(payment) | {
        "payment_id": payment.refund_of or payment.id,
        "amount": Money(amount_minor=seen.amount_minor, currency=Currency(seen.currency)),
    }
    return VendorPaymentObserved(
        **fields,
        auth=seen.auth,
        clearing=seen.clearing,
        vendor_batch_id=seen.vendor_batch_id,
        batch_closed=seen.batch_closed,
        observed_at=seen.observed_at,
        transaction_type=seen.transaction_type,
        original_vendor_payment_id=seen.original_vendor_payment_id,
        refund_id=payment.refund_id,
    )


def _settled(told: Told, seen: Observation) -> None:
    payment = told.payment
    if seen.auth != VendorAuth.APPROVED or not seen.batch_closed or payment.in_settlement_at is not None:
        return
    since = seen.batch_closed_at or seen.observed_at
    if seen.vendor_batch_id is not None:
        told.tell(PaymentInSettlement(**about(payment), vendor_batch_id=seen.vendor_batch_id, since=since))
    told.payment = learned(payment, in_settlement_at=since)


def _cleared(told: Told, seen: Observation, calendar: BankingCalendar) -> None:
    payment = told.payment
    if seen.clearing != VendorClearing.CLEARED or payment.cleared_at is not None:
        return
    at = seen.observed_at
    if payment.is_refund:
        told.payment = learned(payment, cleared_at=at, funds_available_at=refund_ends_at(calendar, at))
        return
    available_at = funds_available_at(calendar, at)
    deadline = claim_deadline(calendar, payment.holder_type, at)
    told.tell(PaymentCleared(**about(payment), cleared_at=at, funds_available_at=available_at, claim_deadline=deadline))
    told.payment = learned(payment, cleared_at=at, funds_available_at=available_at, claim_deadline=deadline)


def _came_back(told: Told, seen: Observation, calendar: BankingCalendar) -> None:
    payment = told.payment
    if seen.clearing == VendorClearing.CONTESTED and payment.contested_at is None:
        told.tell(PaymentContested(**about(payment), observed_at=seen.observed_at))
        told.payment = learned(payment, contested_at=seen.observed_at)
    elif seen.clearing in SENT_BACK and payment.returned_on is None:
        told.payment, event = came_back(payment, calendar.date_of(seen.observed_at), None, calendar)
        told.events += (event,)
