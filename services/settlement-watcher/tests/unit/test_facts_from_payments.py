"""What payments-service tells: accepted in every order, refused never."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bankrails_contracts.payments import (
    MandateAccepted,
    PaymentApproved,
    PaymentAwaitingMandate,
    PaymentCancelled,
    PaymentDeclined,
    PaymentOutcomeResolved,
    PaymentState,
    PaymentSubmitted,
)
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, row_seen
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers import look_after_mandate
from settlement_watcher.handlers.learn_from_payments import Situation, decide, handlings

TORONTO = ZoneInfo("America/Toronto")
ABOUT = {
    "merchant_id": "maple-books",
    "payment_id": "payment",
    "payer_id": "payer",
    "bank_account_id": "account",
    "amount": {"amount_minor": 4995, "currency": "CAD"},
}


def event(of, **fields):
    return of.model_validate(ABOUT | fields)


def play(events, now, country="CA"):
    payment = None
    for each in events:
        decision = decide(each, Situation(payment, country, TORONTO, None, None), now)
        assert decision.events == ()
        payment = decision.aggregate or payment
    return payment


def test_the_first_heard_of_makes_it_watched(noon):
    made = play([event(PaymentApproved, vendor_payment_id="801", approved_at=noon, holder_type="business")], noon)
    assert (made.id, made.vendor_payment_id, made.state) == ("payment", "801", PaymentState.APPROVED)
    assert (made.country, made.holder_type, made.since) == ("CA", "business", noon)


def test_the_same_ends_the_same_in_every_order_and_doubled(noon):
    """Six facts of one payment, in all their orders."""
    facts = [
        event(PaymentOutcomeResolved, vendor_payment_id="801", resolution="found"),
        event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon - timedelta(hours=1), country="CA"),
        event(PaymentAwaitingMandate, vendor_payment_id="801", holder_type="personal"),
        event(PaymentApproved, vendor_payment_id="801", approved_at=noon, external_account_id="external"),
        event(PaymentDeclined, reason="account closed"),
    ]
    ends = {play([*order, *order], noon) for order in itertools.permutations(facts)}
    (end,) = ends
    assert (end.state, end.since) == (PaymentState.DECLINED, noon - timedelta(hours=1))
    assert (end.vendor_payment_id, end.external_account_id, end.holder_type) == ("801", "external", "personal")


@pytest.mark.parametrize(
    "ends",
    [
        event(PaymentCancelled, vendor_payment_id="801"),
        event(PaymentDeclined, vendor_payment_id="801", reason="no"),
        event(PaymentDeclined, reason="no"),
    ],
)
def test_an_end_ends_the_watch_also_when_it_comes_first(ends, noon):
    submitted = event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon)
    for order in ([ends, submitted], [submitted, ends]):
        assert not play(order, noon).is_open


def test_absent_at_the_vendor_is_nothing_to_watch(noon):
    assert play([event(PaymentOutcomeResolved, resolution="absent")], noon) is None


def test_a_word_of_tomorrow_for_the_holder_is_kept(noon):
    made = play([event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon, holder_type="trust")], noon)
    assert made.holder_type == "trust"


def test_a_payment_of_a_merchant_that_is_not_ours_yet_is_kept(noon):
    """Facts are never refused; the sweep begins once the merchant is configured."""
    made = play([event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon)], noon, country="")
    assert made.country == ""


def test_every_event_that_may_name_a_vendor_payment_is_heard(merchants):
    assert {item.message.__name__ for item in handlings(merchants)} == {
        "PaymentSubmitted",
        "PaymentAwaitingMandate",
        "PaymentApproved",
        "PaymentOutcomeResolved",
        "PaymentDeclined",
        "PaymentCancelled",
        "PaymentVoided",
    }


@pytest.mark.parametrize("waits", [True, False])
def test_an_accepted_mandate_is_a_look_only_where_a_payment_waits(waits, noon):
    accepted = MandateAccepted(
        merchant_id="maple-books", mandate_id="mandate", bank_account_id="account", accepted_at=noon
    )
    work = look_after_mandate.decide(accepted, waits, noon).work
    assert [item.kind for item in work] == (["look"] if waits else [])


@pytest.mark.parametrize(
    ("approved", "heard", "planned", "beside", "looks"),
    [
        (0, 1, None, None, False),  # in time for the close
        (4, 6, None, None, True),  # approved at four, heard of at six: its batch has closed unseen
        (6, 7, None, None, False),  # after the close: in the next batch
        (4, 6, 30, None, False),  # a look that has not begun will show it
        (4, 6, 5, None, True),  # one that is about to begin may have read what it looks for before this is stored
        (4, 6, -1, None, True),
        (4, 6, None, 3, False),  # one heard of in the same breath came late too, and has the look made
        (4, 6, None, 5.5, True),  # the one heard of in the same breath is in time
        (-20, 1, None, None, True),  # yesterday's
    ],
)
def test_a_payment_heard_of_after_its_close_is_looked_for_at_once(approved, heard, planned, beside, looks, noon):
    """A restart over the close must not cost a day, nor a look for each of a thousand payments."""
    now = noon + timedelta(hours=heard)
    approved_at = noon + timedelta(hours=approved)
    due_at = None if planned is None else now + timedelta(seconds=planned)
    earliest = None if beside is None else noon + timedelta(hours=beside)
    told = event(PaymentApproved, vendor_payment_id="801", approved_at=approved_at)
    work = decide(told, Situation(None, "CA", TORONTO, due_at, earliest), now).work
    assert [(item.kind, item.due_at) for item in work] == ([("look", now + timedelta(minutes=1))] if looks else [])


@dataclass
class Stored:
    """Reads of a store with these payments and these merchants' looks."""

    watched: dict[str, WatchedPayment] = field(default_factory=dict)
    planned: dict[str, datetime] = field(default_factory=dict)
    rows: dict[str, UnclaimedRow] = field(default_factory=dict)

    def payments(self, ids):
        return {id: self.watched[id] for id in ids if id in self.watched}

    def looks_planned(self, merchant_ids):
        return {id: at for id, at in self.planned.items() if id in merchant_ids}

    def unclaimed(self, vendor_payment_ids):
        return {id: self.rows[id] for id in vendor_payment_ids if id in self.rows}


@pytest.fixture
def looked_for(merchants, noon):
    """Which of these have a look made, heard of at six in one breath. Each: payment id, hour of its approval, merchant."""

    def found(stored, *approvals):
        (handling,) = [item for item in handlings(merchants) if item.message is PaymentApproved]
        events = [
            event(
                PaymentApproved,
                payment_id=id,
                merchant_id=merchant_id,
                vendor_payment_id=id,
                approved_at=noon + timedelta(hours=hour),
            )
            for id, hour, merchant_id in approvals
        ]
        now = noon + timedelta(hours=6)
        situations = handling.load(stored, events)
        return [
            each.payment_id for each, known in zip(events, situations, strict=True) if decide(each, known, now).work
        ]

    return found


def test_of_all_that_are_late_in_one_breath_the_first_of_each_merchant_has_the_look_made(looked_for):
    """They do not see each other's work; one that is in time makes none, so it must not stand for those that are late."""
    maple, liberty = "maple-books", "liberty-books"
    heard = ("in-time", 5.5, maple), ("late", 4, maple), ("in-time-too", 5.2, maple), ("later", 4.5, maple)
    assert looked_for(Stored(), *heard, ("elsewhere", 4.5, liberty)) == ["late", "elsewhere"]


def test_a_payment_that_is_known_already_makes_no_look_for_those_beside_it(looked_for, a_payment):
    stored = Stored({"known": a_payment(id="known")})
    assert looked_for(stored, ("known", 3, "maple-books"), ("late", 4, "maple-books")) == ["late"]


def test_a_planned_look_serves_its_own_merchant_alone(looked_for, noon):
    heard = ("late", 4, "maple-books"), ("elsewhere", 4, "liberty-books")
    assert looked_for(Stored(planned={"maple-books": noon + timedelta(days=1)}), *heard) == ["elsewhere"]


def test_an_end_and_a_strangers_payment_are_not_looked_for(noon):
    now = noon + timedelta(days=3)
    ended = event(PaymentCancelled, vendor_payment_id="801")
    assert decide(ended, Situation(None, "CA", TORONTO, None, None), now).work == ()
    stranger = event(PaymentApproved, vendor_payment_id="801", approved_at=noon)
    assert decide(stranger, Situation(None, "", None, None, None), now).work == ()


def test_what_was_seen_under_a_wrong_number_is_nothing_of_this_payment(noon, a_payment):
    """Somebody had it watched under another debit's number: its dates would make this one final before it was cleared."""
    other = learned(
        a_payment(vendor_payment_id="777"),
        auth="approved",
        clearing="cleared",
        batch_closed=True,
        observed_at=noon,
        cleared_at=noon,
        funds_available_at=noon,
        claim_deadline=noon.date(),
    )
    told = event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon)
    right = decide(told, Situation(other, "CA", TORONTO, None, None), noon).aggregate
    assert (right.vendor_payment_id, right.state) == ("801", PaymentState.APPROVED)
    assert (right.cleared_at, right.claim_deadline, right.clearing, right.observed_at) == (None, None, None, None)


def test_a_payment_that_a_person_named_wrongly_is_followed_once_payments_service_names_it(noon, a_payment):
    """A refused WatchPayment must not hide it for ever."""
    refused = learned(a_payment(told=PaymentState.SUBMITTING, vendor_payment_id="777"), refused=True)
    assert refused.state is PaymentState.REFUSED
    told = event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon)
    assert decide(told, Situation(refused, "CA", TORONTO, None, None), noon).aggregate.is_open


@pytest.mark.parametrize("merchant_id", ["maple-books", "liberty-books"])
def test_a_row_that_was_nobodys_is_claimed_by_the_payment_that_names_it(merchant_id, merchants, a_row, noon):
    """A look may show a debit of ours before payments-service has said whose it is; another merchant's is not ours."""
    stored = Stored(rows={"801": row_seen(None, a_row(), merchant_id)})
    (handling,) = [item for item in handlings(merchants) if item.message is PaymentSubmitted]
    told = event(PaymentSubmitted, vendor_payment_id="801", submitted_at=noon)
    (situation,) = handling.load(stored, [told])
    decision = decide(told, situation, noon)
    assert [part.aggregate.is_claimed for part in decision.also] == ([True] if merchant_id == "maple-books" else [])
