"""Refunds followed like payments, in any order of their events; and the double loss, said once for each pair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import (
    PaymentOutcomeResolved,
    PaymentOutcomeUnknown,
    PaymentState,
    RefundFailed,
    RefundReturned,
    RefundSubmitted,
)
from bankrails_messaging.decisions import Decision
from settlement_watcher.domain.discrepancy import Discrepancy, DiscrepancyState
from settlement_watcher.domain.open_outcome import OpenOutcome, OutcomeState
from settlement_watcher.domain.refunds import refund_ends_at
from settlement_watcher.domain.unclaimed_row import UnclaimedRow
from settlement_watcher.domain.watched_payment import WatchedKind, WatchedPayment
from settlement_watcher.handlers import learn_from_payments, note_outcomes, note_refunds, payment_findings
from settlement_watcher.handlers.observed import observed, time_has_come

MONEY = Money(amount_minor=1_500, currency=Currency.CAD)
ABOUT: dict[str, Any] = {"merchant_id": "maple-books", "payment_id": "payment", "refund_id": "refund", "amount": MONEY}


@pytest.fixture
def submitted(noon: datetime) -> RefundSubmitted:
    return RefundSubmitted(**ABOUT, vendor_payment_id="801", vendor_refund_id="802", submitted_at=noon)


def aggregates(decision: Decision, kind: type) -> list[Any]:
    own = [decision.aggregate] if isinstance(decision.aggregate, kind) else []
    return own + [found for item in decision.also for found in aggregates(item, kind)]


class Store:
    """The payment, its refund and what was found of them, through one event after the other."""

    def __init__(self, payment: WatchedPayment) -> None:
        self.payments: dict[str, WatchedPayment] = {payment.id: payment}
        self.found: dict[str, Discrepancy] = {}
        self.told: list[str] = []

    def hear(self, event: Any, now: datetime) -> None:
        decide: Any = {
            RefundSubmitted: note_refunds.submitted,
            RefundReturned: note_refunds.returned,
            RefundFailed: note_refunds.failed,
        }[type(event)]
        known = next(iter(self.found.values()), None)
        situation = note_refunds.Situation(self.payments["payment"], self.payments.get("refund"), known, country="CA")
        self.take(payment_findings.watched(decide(event, situation, now), now))

    def returns(self, now: datetime) -> None:
        back = replace(self.payments["payment"], returned_on=date(2026, 3, 4), state=PaymentState.RETURNED)
        self.take(payment_findings.watched(Decision(back), now))

    def take(self, decision: Decision) -> None:
        for payment in aggregates(decision, WatchedPayment):
            self.payments[payment.id] = payment
        for discrepancy in aggregates(decision, Discrepancy):
            self.found[discrepancy.id] = discrepancy
        self.told += [type(event).__name__ for item in (decision, *decision.also) for event in item.events]


def test_a_refund_that_went_out_is_watched(a_payment: Any, submitted: RefundSubmitted, noon: datetime) -> None:
    store = Store(a_payment())
    store.hear(submitted, noon)
    store.hear(submitted, noon)
    refund = store.payments["refund"]
    assert (refund.kind, refund.refund_of, refund.vendor_payment_id) == (WatchedKind.REFUND, "payment", "802")
    assert (refund.state, refund.amount_minor) == (PaymentState.APPROVED, 1_500)
    assert store.payments["payment"].refund_ids == ("refund",)


@pytest.mark.parametrize("order", list(permutations(("return", "refund"))))
def test_a_return_and_a_refund_are_a_double_loss_in_either_order(
    order: tuple[str, ...], a_payment: Any, submitted: RefundSubmitted, noon: datetime
) -> None:
    """Told with whichever comes second, and once."""
    store = Store(a_payment())
    for step in (*order, *order):
        if step == "return":
            store.returns(noon)
        else:
            store.hear(submitted, noon)
    assert store.told == ["DiscrepancyFound"]


@pytest.mark.parametrize("ended", ["returned", "failed"])
def test_a_refund_that_did_not_reach_the_payer_ends_it(
    ended: str, a_payment: Any, submitted: RefundSubmitted, noon: datetime
) -> None:
    end: Any = (
        RefundReturned(**ABOUT, vendor_refund_id="802", observed_at=noon)
        if ended == "returned"
        else RefundFailed(**ABOUT, code="VENDOR_REJECTED", reason="no")
    )
    store = Store(a_payment())
    store.hear(submitted, noon)
    store.returns(noon)
    store.hear(end, noon)
    assert store.told == ["DiscrepancyFound", "DiscrepancyClosed"]
    assert [item.state for item in store.found.values()] == [DiscrepancyState.GONE]
    store.hear(submitted, noon)  # heard twice, it does not come to life again
    assert store.payments["payment"].refund_ids == ()
    assert store.told == ["DiscrepancyFound", "DiscrepancyClosed"]


def test_a_refund_that_came_back_before_the_payment_did_is_none(
    a_payment: Any, submitted: RefundSubmitted, noon: datetime
) -> None:
    store = Store(a_payment())
    store.hear(submitted, noon)
    store.hear(RefundReturned(**ABOUT, vendor_refund_id="802", observed_at=noon), noon)
    store.returns(noon)
    assert store.told == []


@pytest.mark.parametrize("clearing", ["opened", "cleared", "returned", "rejected", "contested", "unrecognised:9"])
def test_of_a_refund_rows_alone_are_told(
    clearing: str, a_payment: Any, a_row: Any, noon: datetime, merchants: Any
) -> None:
    """No funds become available by it, and nobody may take its return for the payment's."""
    refund = a_payment(id="refund", vendor_payment_id="802", kind=WatchedKind.REFUND, refund_of="payment")
    row = a_row(vendor_payment_id="802", clearing=clearing, batch_closed=True, transaction_type="refund")
    told = observed(refund, row, merchants.calendar("maple-books"))
    (event,) = told.events
    assert (event.payment_id, event.refund_id, event.key) == ("payment", "refund", "refund")  # type: ignore[attr-defined]
    assert (told.payment.returned_on is not None) == (clearing in ("returned", "rejected"))


@pytest.mark.parametrize(("merchant_id", "ends_on"), [("liberty-books", "2026-03-09"), ("maple-books", "2026-03-11")])
def test_a_refund_is_followed_until_no_bank_can_send_it_back(
    merchant_id: str, ends_on: str, a_payment: Any, a_row: Any, noon: datetime, merchants: Any
) -> None:
    """Monday: five banking days later in the United States, seven in Canada, without a word."""
    calendar = merchants.calendar(merchant_id)
    refund = a_payment(id="refund", kind=WatchedKind.REFUND, refund_of="payment", merchant_id=merchant_id)
    cleared = observed(refund, a_row(clearing="cleared", batch_closed=True, batch_closed_at=noon), calendar).payment
    ends_at = refund_ends_at(calendar, noon)
    assert ends_at.date().isoformat() == ends_on
    assert time_has_come(cleared, calendar, ends_at - timedelta(seconds=1)).payment.state is PaymentState.CLEARED
    ended = time_has_come(cleared, calendar, ends_at)
    assert (ended.payment.state, ended.events) == (PaymentState.FINAL, ())


def _outcome(kind: type, noon: datetime, **fields: Any) -> Any:
    known = {"payer_id": "payer", "bank_account_id": "account", "merchant_id": "maple-books", "payment_id": "payment"}
    return kind(**known, amount=MONEY, **fields)


def test_an_unknown_call_is_kept_until_it_is_resolved(noon: datetime, merchants: Any) -> None:
    unknown = _outcome(PaymentOutcomeUnknown, noon, call="refund", refund_id="refund", since=noon, reason="cut")
    kept = note_outcomes.unknown(unknown, None, noon).aggregate
    assert isinstance(kept, OpenOutcome)
    assert note_outcomes.unknown(unknown, kept, noon).aggregate is None
    resolved = _outcome(PaymentOutcomeResolved, noon, call="refund", refund_id="refund", resolution="found")
    (handling,) = (
        note_outcomes.resolving(item)
        for item in learn_from_payments.handlings(merchants)
        if item.message is PaymentOutcomeResolved
    )
    decision = handling.decide(resolved, note_outcomes.Resolving(None, kept), noon)
    assert isinstance(decision, Decision)
    assert decision.aggregate is None  # the row that was found is the refund's, not the debit's
    assert [item.aggregate.state for item in decision.also] == [OutcomeState.RESOLVED]


def test_a_dispute_that_is_given_up_is_a_discrepancy(a_payment: Any, noon: datetime) -> None:
    """Nobody looks at it any more, so somebody must know."""
    given_up = a_payment(contested_at=noon, clearing="contested", looks_ended_at=noon + timedelta(days=90))
    told = payment_findings.watched(Decision(given_up), noon + timedelta(days=90))
    assert [item.aggregate.kind.value for item in told.also] == ["contested_without_end"]
    assert payment_findings.watched(Decision(given_up), noon + timedelta(days=91)).also == ()


def test_a_dispute_that_is_given_up_a_second_time_is_another_discrepancy(a_payment: Any, noon: datetime) -> None:
    """Ended meanwhile and begun anew. Found as the same one it could not be stored, and the merchant's sweep would stop."""
    ids = []
    for at in (noon + timedelta(days=130), noon + timedelta(days=190)):
        given_up = a_payment(contested_at=noon, clearing="contested", looks_ended_at=at)
        ids += [item.aggregate.id for item in payment_findings.watched(Decision(given_up), at).also]
    assert len(set(ids)) == len(ids) == 2


@dataclass
class Reads:
    """reconciling_ports.ReconcilingReads, as far as these handlers ask."""

    known: dict[str, WatchedPayment]

    def payments(self, ids: Sequence[str]) -> dict[str, WatchedPayment]:
        return {id: self.known[id] for id in ids if id in self.known}

    def discrepancies(self, ids: Sequence[str]) -> dict[str, Discrepancy]:
        return {}

    def unclaimed(self, vendor_payment_ids: Sequence[str]) -> dict[str, UnclaimedRow]:
        return {}


@pytest.mark.parametrize(
    ("refunded", "refund_id"),
    [(("payment", "another"), "refund"), (("payment",), "payment"), (("payment",), "another")],
)
def test_a_refund_named_like_something_else_takes_nothing_over(
    refunded: tuple[str, ...], refund_id: str, a_payment: Any, a_row: Any, noon: datetime, merchants: Any
) -> None:
    """A refund's id is one of its payment's alone: two payments may each have a first refund of that name."""
    reads = Reads({id: a_payment(id=id, vendor_payment_id=f"1-{id}") for id in ("payment", "another")})
    debits = dict(reads.known)
    handlings = {item.message: item for item in note_refunds.handlings(merchants)}

    def hear(event: Any) -> None:
        handling = handlings[type(event)]
        (situation,) = handling.load(reads, [event])
        decision = handling.decide(event, situation, noon)
        assert isinstance(decision, Decision)
        reads.known |= {item.id: item for item in aggregates(decision, WatchedPayment)}

    about = [ABOUT | {"payment_id": id, "refund_id": refund_id} for id in refunded]
    for each in (*about, *about):
        sent = {"vendor_payment_id": "801", "vendor_refund_id": f"2-{each['payment_id']}"}
        hear(RefundSubmitted(**each, **sent, submitted_at=noon))
    assert {id: reads.known[id].vendor_payment_id for id in debits} == {"payment": "1-payment", "another": "1-another"}
    refunds = [item for item in reads.known.values() if item.is_refund]
    assert sorted((item.refund_of, item.vendor_payment_id) for item in refunds) == [
        (id, f"2-{id}") for id in sorted(refunded)
    ]
    for item in refunds:
        row = a_row(vendor_payment_id=item.vendor_payment_id, clearing="cleared", transaction_type="refund")
        (event,) = observed(item, row, merchants.calendar("maple-books")).events
        assert (event.payment_id, event.refund_id) == (item.refund_of, refund_id)  # type: ignore[attr-defined]
    hear(RefundFailed(**about[-1], code="VENDOR_REJECTED", reason="no"))
    ended = [item.refund_of for item in reads.known.values() if item.is_refund and not item.is_open]
    assert ended == [refunded[-1]]
