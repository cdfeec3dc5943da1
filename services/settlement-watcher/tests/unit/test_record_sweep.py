"""The answer of a sweep: many payments and batches in one decision, each told once, and when to look again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_messaging.decisions import Decision, Outcome, Result
from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers.observed import observed
from settlement_watcher.handlers.record_sweep import Situation, answerings
from settlement_watcher.ports import OpenPayments

CLOSE = datetime(2026, 3, 2, 22, tzinfo=UTC)
NOW = CLOSE + timedelta(minutes=2)
MORNING = datetime(2026, 3, 3, 15, tzinfo=UTC)
NEXT_CLOSE = datetime(2026, 3, 3, 22, 2, tzinfo=UTC)
BATCH = {"id": "47339", "closed_at": CLOSE.isoformat(), "payments": 2, "total_minor": 9_990, "currency": "CAD"}


@pytest.fixture
def decide(merchants):
    def decided(
        kind, answer, payments=(), *, batches=(), others=(), now=NOW, result=Result.ANSWERED, merchant_id="maple-books"
    ):
        (answering,) = [item for item in answerings(merchants) if item.kind == kind]
        outcome = Outcome("work", kind, merchant_id, "", result, {"merchant_id": merchant_id}, answer)
        situation = Situation({item.id: item for item in payments}, {item.id: item for item in batches}, others)
        return answering.decide(outcome, situation, now)

    return decided


@pytest.fixture
def answer(a_row):
    def made(*ids, due=(), batches=(), more=False, **row):
        seen = a_row(**({"batch_closed": True, "batch_closed_at": CLOSE, "observed_at": CLOSE} | row))
        rows = [{"payment_id": id, "seen": seen.as_json()} for id in ids]
        return {"rows": rows, "due": list(due), "batches": list(batches), "more": more}

    return made


def names(decision):
    return [[type(event).__name__ for event in part.events] for part in decision.also]


def test_a_close_tells_the_batch_and_each_of_its_payments(decide, answer, a_payment):
    decision = decide("sweep", answer("a", "b", batches=[BATCH]), [a_payment(id="a"), a_payment(id="b")])
    settled = ["VendorPaymentObserved", "PaymentInSettlement"]
    assert names(decision) == [["BatchClosed"], settled, settled]
    assert decision.aggregate is None
    assert [part.aggregate.id for part in decision.also] == ["47339", "a", "b"]


def test_two_sweeps_at_once_tell_it_once(decide, answer, a_payment):
    """The second is decided on what the first has saved."""
    first = decide("sweep", answer("a", batches=[BATCH]), [a_payment(id="a")])
    batch, payment = (part.aggregate for part in first.also)
    assert isinstance(batch, Batch)
    again = decide("look", answer("a", batches=[BATCH]), [payment], batches=[batch])
    assert (again.also, again.again_at) == ((), None)


def test_a_look_of_its_own_ends_and_a_sweep_goes_on(decide, answer, a_payment):
    payments = [a_payment(id="a")]
    assert decide("look", answer("a"), payments).again_at is None
    assert decide("sweep", answer("a"), payments).again_at == MORNING


def test_the_next_look_is_for_what_this_one_changed_and_for_all_others(decide, answer, a_payment):
    """The payment is returned, so nothing of it is looked for; another one's hold ends in the night."""
    hold = CLOSE + timedelta(hours=3)
    others = [OpenPayments(S.CLEARED, hold, None)]
    sent_back = answer("a", clearing="returned")
    assert decide("sweep", sent_back, [a_payment(id="a")], others=others).again_at == hold
    assert decide("sweep", sent_back, [a_payment(id="a")]).again_at == NEXT_CLOSE


def test_a_grace_that_ends_is_a_look(decide, answer):
    decision = decide("sweep", answer(), others=[OpenPayments(S.CLEARED, None, date(2026, 2, 25))])
    assert decision.again_at == datetime(2026, 3, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize("result", [Result.REJECTED, Result.EXHAUSTED, Result.UNKNOWN])
def test_a_sweep_that_failed_changes_nothing_and_is_repeated_soon(result, decide):
    """A vendor that is away for the evening must not cost the day."""
    now = CLOSE + timedelta(hours=2)
    decision = decide("sweep", {}, now=now, result=result)
    assert (decision.also, decision.again_at) == ((), now + timedelta(minutes=15))


@pytest.mark.parametrize("kind", ["sweep", "look"])
@pytest.mark.parametrize("result", [Result.ANSWERED, Result.EXHAUSTED])
def test_an_answer_for_a_merchant_that_is_configured_no_longer_changes_nothing_and_ends(
    kind, result, decide, answer, a_payment
):
    """Taken out of the file between the call and its decision: that is no bug, and parks nothing."""
    answered = answer("a", batches=[BATCH]) if result is Result.ANSWERED else {}
    payments = [a_payment(id="a", merchant_id="gone-books")]
    assert decide(kind, answered, payments, result=result, merchant_id="gone-books") == Decision()


def test_what_did_not_fit_is_looked_for_at_once(decide, answer, a_payment):
    decision = decide("sweep", answer("a", more=True), [a_payment(id="a")])
    assert decision.again_at == NOW + timedelta(seconds=1)


def test_what_is_due_is_told_after_a_look_that_showed_it_and_not_otherwise(decide, answer, a_payment, a_row, merchants):
    """Money is called available, or final, only of a row that was seen at that time."""
    calendar = merchants.calendar("maple-books")
    cleared = observed(
        a_payment(id="a"), a_row(clearing="cleared", batch_closed=True, observed_at=CLOSE), calendar
    ).payment
    later = CLOSE + timedelta(days=30)
    assert names(decide("sweep", answer(due=["a"]), [cleared], now=later)) == [["FundsAvailable"]]
    assert names(decide("sweep", answer(), [cleared], now=later)) == []
    back = answer("a", due=["a"], clearing="returned", observed_at=later)
    assert names(decide("sweep", back, [cleared], now=later)) == [["VendorPaymentObserved", "PaymentReturned"]]
    available = learned(cleared, available_at=later)
    final = decide("sweep", answer(due=["a"]), [available], now=CLOSE + timedelta(days=120))
    assert names(final) == [["PaymentFinal"]]
