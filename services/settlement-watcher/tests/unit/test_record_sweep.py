"""The answer of one call of a sweep: each row told once, the next page at once, and at the end when to look again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_messaging.decisions import Decision, Outcome, Result
from settlement_watcher.domain.list_reading import ListReading
from settlement_watcher.domain.sweep_plan import Cursor
from settlement_watcher.domain.unclaimed_row import RowState, row_seen
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers.observed import observed
from settlement_watcher.handlers.record_sweep import Situation, answerings, load
from settlement_watcher.ports import OpenPayments

CLOSE = datetime(2026, 3, 2, 22, tzinfo=UTC)
NOW = CLOSE + timedelta(minutes=20)
MORNING = datetime(2026, 3, 3, 14, tzinfo=UTC)
END = Cursor(NOW, NOW, unseen=False, whole={"a list": "0a"}, banks_at=NOW)
MORE = Cursor(NOW, NOW, lists=(ListReading(date(2026, 3, 2), date(2026, 3, 2), page=2),))


@pytest.fixture
def decide(merchants):
    def decided(kind, answer, watched=(), *, unclaimed=(), others=(), now=NOW, result=Result.ANSWERED, **payload):
        (answering,) = [item for item in answerings(merchants) if item.kind == kind]
        payload = {"merchant_id": "maple-books"} | payload
        outcome = Outcome("work", kind, payload["merchant_id"], "", result, payload, answer)
        by_id = {}
        for item in watched:
            by_id.setdefault(item.vendor_payment_id, []).append(item)
        return answering.decide(outcome, Situation(by_id, {item.id: item for item in unclaimed}, others), now)

    return decided


@pytest.fixture
def answer(a_row):
    def made(*vendor_ids, cursor=END, **row):
        row = {"batch_closed": True, "batch_closed_at": CLOSE, "observed_at": CLOSE} | row
        rows = [a_row(vendor_payment_id=id, **row).as_json() for id in vendor_ids]
        return {"rows": rows, "cursor": cursor.as_json(), "ends": cursor.is_at_end}

    return made


def names(decision):
    return [[type(event).__name__ for event in part.events] for part in decision.also]


def test_a_page_tells_each_of_its_payments(decide, answer, a_payment):
    decision = decide("sweep", answer("1", "2"), [a_payment(id=id, vendor_payment_id=id) for id in "12"])
    assert names(decision) == [["VendorPaymentObserved", "PaymentInSettlement"]] * 2
    assert decision.aggregate is None
    assert [part.aggregate.id for part in decision.also] == ["1", "2"]


def test_two_sweeps_at_once_tell_it_once(decide, answer, a_payment):
    """The second is decided on what the first has saved."""
    (first,) = decide("sweep", answer("801"), [a_payment()]).also
    assert decide("look", answer("801"), [first.aggregate]).also == ()


@pytest.mark.parametrize("kind", ["sweep", "look"])
def test_what_is_left_is_asked_next_at_once(kind, decide, answer, a_payment):
    decision = decide(kind, answer("801", cursor=MORE), [a_payment()], whole={"kept": "0b"})
    assert decision.again_at == NOW
    assert decision.again_payload == {
        "merchant_id": "maple-books",
        "whole": {"kept": "0b"},
        "cursor": MORE.as_json(),
    }
    assert len(decision.also) == 1


def test_at_its_end_a_look_is_over_and_a_sweep_sleeps_till_something_can_change(decide, answer, a_payment):
    ended = decide("look", answer("801"), [a_payment()])
    assert (ended.again_at, ended.again_payload) == (None, None)
    sleeps = decide("sweep", answer("801"), [a_payment()], cursor=MORE.as_json())
    assert sleeps.again_at == MORNING
    assert sleeps.again_payload == {
        "merchant_id": "maple-books",
        "whole": {"a list": "0a"},
        "banks_at": NOW.isoformat(),
    }


def test_the_next_look_is_for_what_this_one_changed_and_for_all_others(decide, answer, a_payment):
    """Another one's hold ends in the night; one that is approved may be in a batch that closes late."""
    hold = CLOSE + timedelta(hours=3)
    others = [OpenPayments(S.CLEARED, hold, None)]
    assert decide("sweep", answer("801"), [a_payment()], others=others).again_at == hold
    still_open = answer("801", batch_closed=False)
    assert decide("sweep", still_open, [a_payment()], others=others).again_at == CLOSE + timedelta(minutes=30)


def test_a_grace_that_ends_is_a_look(decide, answer):
    decision = decide("sweep", answer(), others=[OpenPayments(S.CLEARED, None, date(2026, 2, 25))])
    assert decision.again_at == datetime(2026, 3, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize("result", [Result.REJECTED, Result.EXHAUSTED, Result.UNKNOWN])
def test_a_sweep_that_failed_changes_nothing_and_goes_on_soon(result, decide):
    """A vendor that is away for the evening must not cost the day. What it refuses it would refuse again: from anew."""
    now = CLOSE + timedelta(hours=2)
    decision = decide("sweep", {}, now=now, result=result, cursor=MORE.as_json())
    assert (decision.also, decision.again_at) == ((), now + timedelta(minutes=15))
    assert decision.again_payload == ({"merchant_id": "maple-books"} if result is Result.REJECTED else None)


def test_a_look_beside_the_sweep_that_failed_is_left_to_the_sweep(decide):
    assert decide("look", {}, result=Result.EXHAUSTED) == Decision()


@pytest.mark.parametrize("kind", ["sweep", "look"])
@pytest.mark.parametrize("result", [Result.ANSWERED, Result.EXHAUSTED])
def test_an_answer_for_a_merchant_that_is_configured_no_longer_changes_nothing_and_ends(
    kind, result, decide, answer, a_payment
):
    """Taken out of the file between the call and its decision: that is no bug, and parks nothing."""
    answered = answer("801") if result is Result.ANSWERED else {}
    assert decide(kind, answered, [a_payment()], result=result, merchant_id="gone-books") == Decision()


def test_what_is_due_is_told_of_a_row_that_shows_it_cleared_now_and_not_otherwise(
    decide, answer, a_payment, a_row, merchants
):
    calendar = merchants.calendar("maple-books")
    shown = {"clearing": "cleared", "batch_closed": True}
    cleared = observed(a_payment(), a_row(**shown, observed_at=CLOSE), calendar).payment
    later = CLOSE + timedelta(days=30)
    again = {"batch_closed": True, "observed_at": later}
    assert names(decide("sweep", answer("801", clearing="cleared", **again), [cleared], now=later)) == [
        ["FundsAvailable"]
    ]
    assert names(decide("sweep", answer(), [cleared], now=later)) == []
    assert names(decide("sweep", answer("801", clearing="opened", **again), [cleared], now=later)) == [
        ["VendorPaymentObserved"]
    ]
    assert names(decide("sweep", answer("801", clearing="returned", **again), [cleared], now=later)) == [
        ["VendorPaymentObserved", "PaymentReturned"]
    ]
    available = learned(cleared, available_at=later)
    final = decide("sweep", answer("801", clearing="cleared", **again), [available], now=CLOSE + timedelta(days=120))
    assert names(final) == [["PaymentFinal"]]


def test_a_row_that_is_nobodys_is_kept_and_told_once_for_each_change(decide, answer):
    (first,) = decide("sweep", answer("901", "901")).also[:1]
    row = first.aggregate
    assert (row.id, row.state, row.merchant_id, row.first_seen_at) == ("901", RowState.SEEN, "maple-books", CLOSE)
    (event,) = first.events
    assert (event.payment_id, event.key, event.vendor_payment_id) == (None, "901", "901")
    assert decide("sweep", answer("901"), unclaimed=[row]).also == ()
    later = answer("901", clearing="cleared", observed_at=CLOSE + timedelta(hours=1))
    (changed,) = decide("sweep", later, unclaimed=[row]).also
    assert (changed.aggregate.first_seen_at, changed.aggregate.clearing) == (CLOSE, "cleared")
    assert decide("sweep", answer("901"), unclaimed=[changed.aggregate]).also == ()  # an older look, decided late


def test_a_row_that_turns_out_to_be_a_payment_of_ours_is_claimed_silently(decide, answer, a_payment, a_row):
    row = row_seen(None, a_row(), "maple-books")
    told = decide("sweep", answer("801"), [a_payment()], unclaimed=[row]).also
    assert [(type(part.aggregate).__name__, len(part.events)) for part in told] == [
        ("WatchedPayment", 2),
        ("UnclaimedRow", 0),
    ]
    assert told[1].aggregate.is_claimed


@pytest.mark.parametrize(("kind", "state"), [("reverse", RowState.CLAIMED), ("refund", RowState.SEEN)])
def test_what_undoes_a_payment_of_ours_is_told_as_a_row_of_its_own(kind, state, decide, answer, a_payment):
    """A reversal is the void of its original. A refund that none of us asked for is somebody's to explain."""
    undoes = answer("902", transaction_type=kind, original_vendor_payment_id="801")
    (told,) = decide("sweep", undoes, [a_payment()]).also
    (event,) = told.events
    assert (told.aggregate.state, event.transaction_type) == (state, kind)
    assert (event.payment_id, event.vendor_payment_id, event.original_vendor_payment_id) == (None, "902", "801")


def test_a_row_of_another_merchants_is_left_alone(decide, answer, a_row):
    row = row_seen(None, a_row(vendor_payment_id="901"), "liberty-books")
    assert decide("sweep", answer("901", auth="cancelled"), unclaimed=[row]).also == ()


def test_only_the_end_of_a_sweep_reads_what_else_is_open(answer):
    """Each page of eighty would count ten thousand payments otherwise."""

    class Reads:
        asked = 0

        def watched_as(self, merchant_id, ids):
            return []

        def unclaimed(self, ids):
            return {}

        def open_apart_from(self, merchant_id, ids, returned_from):
            self.asked += 1
            return []

    reads, payload = Reads(), {"merchant_id": "maple-books"}
    for cursor, kind in ((MORE, "sweep"), (END, "sweep"), (END, "look")):
        answered = answer("801", cursor=cursor)
        load(reads, [Outcome("work", kind, "maple-books", "", Result.ANSWERED, payload, answered)])
    assert reads.asked == 1
