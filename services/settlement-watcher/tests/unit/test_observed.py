"""What one look at the vendor says: each step told once, whole stories in order, nothing twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.settlement import (
    FundsAvailable,
    PaymentCleared,
    PaymentFinal,
    PaymentInSettlement,
    PaymentReturned,
    Retry,
    ReturnClass,
)
from settlement_watcher.domain.observation import Observation, says_something_new
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers.observed import observed, time_has_come

HOUR = timedelta(hours=1)


def names(told):
    return [type(event).__name__ for event in told.events]


@pytest.fixture
def calendar(merchants):
    return merchants.calendar("maple-books")


@pytest.fixture
def settled(a_row, noon):
    return a_row(batch_closed=True, batch_closed_at=noon + 5 * HOUR, observed_at=noon + 6 * HOUR)


@pytest.fixture
def cleared(a_row, noon):
    return a_row(
        clearing="cleared",
        batch_closed=True,
        batch_closed_at=noon + 5 * HOUR,
        observed_at=noon + timedelta(days=3),
    )


def test_a_row_is_told_once(a_payment, a_row, calendar, noon):
    first = observed(a_payment(), a_row(), calendar)
    assert names(first) == ["VendorPaymentObserved"]
    assert (first.payment.state, first.payment.observed_at) == (S.APPROVED, noon)
    again = observed(first.payment, a_row(observed_at=noon + HOUR), calendar)
    assert (again.events, again.payment) == ((), first.payment)


def test_who_asks_is_answered_also_when_nothing_has_changed(a_payment, a_row, calendar):
    known = observed(a_payment(), a_row(), calendar).payment
    assert names(observed(known, a_row(), calendar, asked=True)) == ["VendorPaymentObserved"]


def test_an_older_look_that_arrives_late_changes_nothing(a_payment, a_row, settled, calendar):
    """Two looks at once must do no harm, whichever is decided first."""
    known = observed(a_payment(), settled, calendar).payment
    assert observed(known, a_row(), calendar).payment is known


def test_a_closed_batch_is_settlement_since_its_close(a_payment, settled, calendar, noon):
    told = observed(a_payment(), settled, calendar)
    assert names(told) == ["VendorPaymentObserved", "PaymentInSettlement"]
    event = told.events[1]
    assert isinstance(event, PaymentInSettlement)
    assert (event.since, event.vendor_batch_id, told.payment.state) == (noon + 5 * HOUR, "47339", S.IN_SETTLEMENT)


def test_cleared_at_first_sight_tells_what_went_before_it(a_payment, cleared, calendar, noon):
    """After days without a look every step is still told, in its order."""
    told = observed(a_payment(), cleared, calendar)
    assert names(told) == ["VendorPaymentObserved", "PaymentInSettlement", "PaymentCleared"]
    event = told.events[2]
    assert isinstance(event, PaymentCleared)
    assert event.cleared_at == noon + timedelta(days=3)
    assert event.funds_available_at == datetime(2026, 3, 11, 14, tzinfo=UTC)
    assert event.claim_deadline == date(2026, 6, 3)


@pytest.mark.parametrize("word", ["returned", "rejected"])
def test_a_return_is_told_without_its_code(word, a_payment, a_row, cleared, calendar, noon):
    """The vendor shows none: a bank's report brings it."""
    known = observed(a_payment(), cleared, calendar).payment
    back = a_row(clearing=word, batch_closed=True, observed_at=noon + timedelta(days=5))
    told = observed(known, back, calendar)
    assert names(told) == ["VendorPaymentObserved", "PaymentReturned"]
    event = told.events[1]
    assert isinstance(event, PaymentReturned)
    assert (event.code, event.return_class, event.retry) == (None, ReturnClass.UNKNOWN, Retry.UNKNOWN)
    assert (event.returned_on, event.late, told.payment.state) == (date(2026, 3, 7), False, S.RETURNED)


def test_a_return_after_final_is_late(a_payment, a_row, cleared, calendar, noon):
    known = learned(observed(a_payment(), cleared, calendar).payment, final_at=noon + timedelta(days=100))
    told = observed(known, a_row(clearing="returned", observed_at=noon + timedelta(days=101)), calendar)
    assert told.events[-1].late is True


def test_after_a_recorded_return_what_the_vendor_shows_tells_no_second_one(a_payment, a_row, cleared, calendar, noon):
    known = learned(a_payment(), returned_on=date(2026, 3, 4), return_code="901")
    told = observed(known, cleared, calendar)
    assert names(told) == ["VendorPaymentObserved"]
    told = observed(told.payment, a_row(clearing="returned", observed_at=noon + timedelta(days=9)), calendar)
    assert names(told) == ["VendorPaymentObserved"]
    assert (told.payment.returned_on, told.payment.return_code) == (date(2026, 3, 4), "901")


def test_contested_is_told_once_and_may_clear_again(a_payment, a_row, cleared, calendar, noon):
    known = observed(a_payment(), cleared, calendar).payment
    contested = a_row(clearing="contested", batch_closed=True, observed_at=noon + timedelta(days=4))
    told = observed(known, contested, calendar)
    assert names(told) == ["VendorPaymentObserved", "PaymentContested"]
    assert told.payment.state is S.CONTESTED
    back = observed(told.payment, Observation(**{**vars(cleared), "observed_at": noon + timedelta(days=6)}), calendar)
    assert names(back) == ["VendorPaymentObserved"]
    assert (back.payment.state, back.payment.cleared_at) == (S.CLEARED, known.cleared_at)


def test_a_word_that_we_do_not_know_is_told_and_says_nothing(a_payment, a_row, calendar):
    told = observed(a_payment(), a_row(auth="unrecognised:7", clearing="unrecognised:8"), calendar)
    assert (told.events[0].auth, told.events[0].clearing) == ("unrecognised:7", "unrecognised:8")
    assert told.payment.state is S.APPROVED


def test_the_hold_and_then_the_grace_end_when_their_time_has_come(a_payment, cleared, calendar):
    known = observed(a_payment(), cleared, calendar).payment
    hold, grace = datetime(2026, 3, 11, 14, tzinfo=UTC), datetime(2026, 6, 9, 4, tzinfo=UTC)
    assert time_has_come(known, calendar, hold - HOUR).events == ()
    told = time_has_come(known, calendar, hold)
    (event,) = told.events
    assert isinstance(event, FundsAvailable)
    assert (event.available_at, told.payment.state) == (hold, S.CLEARED)
    assert time_has_come(told.payment, calendar, grace - HOUR).events == ()
    told = time_has_come(told.payment, calendar, grace)
    (event,) = told.events
    assert isinstance(event, PaymentFinal)
    assert (event.final_at, event.claim_deadline, told.payment.state) == (grace, date(2026, 6, 3), S.FINAL)
    assert time_has_come(told.payment, calendar, grace + HOUR).events == ()


def test_after_a_long_absence_both_are_told_in_order(a_payment, cleared, calendar):
    known = observed(a_payment(), cleared, calendar).payment
    told = time_has_come(known, calendar, datetime(2027, 1, 1, tzinfo=UTC))
    assert names(told) == ["FundsAvailable", "PaymentFinal"]


@pytest.mark.parametrize("fact", [{"returned_on": date(2026, 3, 9)}, {"clearing": "contested"}])
def test_nothing_becomes_available_or_final_that_came_back_or_is_contested(fact, a_payment, cleared, calendar):
    known = learned(observed(a_payment(), cleared, calendar).payment, **fact)
    assert time_has_come(known, calendar, datetime(2027, 1, 1, tzinfo=UTC)).events == ()


def test_an_observation_survives_its_way_through_the_store(a_row, settled):
    for row in (a_row(), settled):
        assert Observation.from_json(row.as_json()) == row


def test_a_row_of_another_debit_says_nothing_of_this_payment(a_payment, a_row):
    """The number may have been put right between the look and its decision."""
    payment = a_payment(vendor_payment_id="801")
    assert says_something_new(payment, a_row(vendor_payment_id="801"))
    assert not says_something_new(payment, a_row(vendor_payment_id="777"))
