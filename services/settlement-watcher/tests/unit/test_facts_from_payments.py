"""What payments-service tells: accepted in every order, refused never."""

import itertools
from datetime import timedelta
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
        decision = decide(each, Situation(payment, country, TORONTO, None), now)
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
    }


@pytest.mark.parametrize("waits", [True, False])
def test_an_accepted_mandate_is_a_look_only_where_a_payment_waits(waits, noon):
    accepted = MandateAccepted(
        merchant_id="maple-books", mandate_id="mandate", bank_account_id="account", accepted_at=noon
    )
    work = look_after_mandate.decide(accepted, waits, noon).work
    assert [item.kind for item in work] == (["look"] if waits else [])


@pytest.mark.parametrize(
    ("approved", "heard", "others", "looks"),
    [
        (0, 1, None, False),  # in time for the close
        (4, 6, None, True),  # approved at four, heard of at six: its batch has closed unseen
        (6, 7, None, False),  # after the close: in the next batch
        (4, 6, 3, False),  # another one came late, and its look is on its way
        (4, 6, 5.5, True),  # another one is unseen because it is new
        (-20, 1, None, True),  # yesterday's
    ],
)
def test_a_payment_heard_of_after_its_close_is_looked_for_at_once(approved, heard, others, looks, noon):
    """A restart over the close must not cost a day, nor a look for each of a thousand payments."""
    now = noon + timedelta(hours=heard)
    approved_at = noon + timedelta(hours=approved)
    unseen = None if others is None else noon + timedelta(hours=others)
    told = event(PaymentApproved, vendor_payment_id="801", approved_at=approved_at)
    work = decide(told, Situation(None, "CA", TORONTO, unseen), now).work
    assert [(item.kind, item.due_at) for item in work] == ([("look", now + timedelta(minutes=1))] if looks else [])


def test_an_end_and_a_strangers_payment_are_not_looked_for(noon):
    now = noon + timedelta(days=3)
    ended = event(PaymentCancelled, vendor_payment_id="801")
    assert decide(ended, Situation(None, "CA", TORONTO, None), now).work == ()
    stranger = event(PaymentApproved, vendor_payment_id="801", approved_at=noon)
    assert decide(stranger, Situation(None, "", None, None), now).work == ()
