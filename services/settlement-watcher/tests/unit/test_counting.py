"""Decisions about payments are counted in their own commit, however many of one merchant's are made at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.message import Service
from bankrails_contracts.settlement import (
    CommandParked,
    CommandRefused,
    Ratio,
    RecheckPayment,
    RecordReturn,
    ReturnRatioExceeded,
    ReturnRatioNearLimit,
)
from bankrails_messaging.calls import Answer, Payload, ReadCall
from bankrails_messaging.decisions import Answering, Decision, Outcome, Refusal, Result
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_testkit.engine import Engine
from settlement_watcher import wiring
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.ratios import Figure, Level, MerchantCounts, figures
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers import record_return
from settlement_watcher.handlers.ratios import Counters, Counting
from settlement_watcher.handlers.recheck_payment import RECHECK
from settlement_watcher.store.reconciling import ALL_REPOSITORIES, SqlReconcilingReads
from settlement_watcher.store.repositories import COUNTS, PAYMENTS, REPOSITORIES, SqlReads

DAY = timedelta(days=1)


def counters(merchants, debits_min=100):
    return Counters(merchants, debits_min)


def around(merchants, decision, situation, now, debits_min=100):
    """Some look's answer whose decision is `decision`."""
    inner = Answering("look", None, lambda reads, outcomes: [None] * len(outcomes), lambda *_: decision)
    payload = {"merchant_id": situation.merchant_id}
    outcome = Outcome("work", "look", "key", "command", Result.ANSWERED, payload)
    return counters(merchants, debits_min).around_answer(inner).decide(outcome, situation, now)


def counting(counts=None, merchant_id="liberty-books"):
    return Counting(None, merchant_id, counts)


def test_all_payments_of_a_decision_are_counted_and_marked(an_american, merchants, noon):
    settled = [learned(an_american(id=f"p{n}"), in_settlement_at=noon) for n in range(3)]
    decision = Decision(settled[0], also=(Decision(settled[1]), Decision(also=(Decision(settled[2]),))))
    found = around(merchants, decision, counting(), noon)
    *_, counts = (item.aggregate for item in found.also)
    assert isinstance(counts, MerchantCounts)
    assert counts.days == {"2026-03-02": [3, 0, 0, 0]}
    marked = [found.aggregate, found.also[0].aggregate, found.also[1].also[0].aggregate]
    assert [(item.counted_on, item.counted_as) for item in marked] == [(date(2026, 3, 2), "originated")] * 3
    assert [item.content_hash for item in marked] == ["made-by"] * 3


def test_a_payment_that_counts_as_before_changes_nothing(an_american, merchants, noon):
    marked = around(merchants, Decision(learned(an_american(), in_settlement_at=noon)), counting(), noon).aggregate
    counts = MerchantCounts("liberty-books", {"2026-03-02": [1, 0, 0, 0]})
    again = Decision(marked, events=())
    assert around(merchants, again, counting(counts), noon) == again


def test_a_code_learned_later_moves_the_return_into_its_class(an_american, merchants, noon):
    first = learned(an_american(), in_settlement_at=noon, returned_on=noon.date())
    step = around(merchants, Decision(first), counting(), noon)
    known = learned(step.aggregate, return_code="R10")
    after = around(merchants, Decision(known), counting(step.also[-1].aggregate), noon).also[-1].aggregate
    assert figures(step.also[-1].aggregate, noon.date()) == dict(
        zip(Ratio, (Figure(0, 1), Figure(0, 1), Figure(1, 1)), strict=True)
    )
    assert figures(after, noon.date())[Ratio.UNAUTHORIZED] == Figure(1, 1)
    assert figures(after, noon.date())[Ratio.OVERALL] == Figure(1, 1)


def test_a_crossing_is_told_with_its_numbers(an_american, merchants, noon):
    counts = MerchantCounts("liberty-books", {"2026-03-02": [200, 0, 0, 11]})
    back = learned(an_american(counted_on=noon.date(), counted_as="originated"), in_settlement_at=noon)
    events = []
    for n in range(20):
        fact = learned(back, returned_on=noon.date(), return_code="R01", id=f"p{n}")
        found = around(merchants, Decision(fact), counting(counts), noon)
        counts = found.also[-1].aggregate
        events += found.also[-1].events
    near, over = events
    assert isinstance(near, ReturnRatioNearLimit)
    assert isinstance(over, ReturnRatioExceeded)
    assert (near.returned, near.originated, near.ratio) == (24, 200, Ratio.OVERALL)
    assert (over.returned, over.originated, over.limit_basis_points) == (30, 200, 1_500)
    assert (over.window_from, over.window_to) == (date(2026, 1, 2), date(2026, 3, 2))
    assert counts.overall is Level.EXCEEDED


def test_one_of_three_is_no_alarm_unless_somebody_wants_it(an_american, merchants, noon):
    counts = MerchantCounts("liberty-books", {"2026-03-02": [3, 0, 0, 0]})
    back = learned(
        an_american(counted_on=noon.date(), counted_as="originated"), in_settlement_at=noon, returned_on=noon.date()
    )
    assert around(merchants, Decision(back), counting(counts), noon).also[-1].events == ()
    assert len(around(merchants, Decision(back), counting(counts), noon, debits_min=3).also[-1].events) == 1


def test_a_look_that_shows_nothing_notices_that_a_day_has_left_the_look_back(merchants, noon):
    counts = MerchantCounts("liberty-books", {"2026-01-02": [900, 0, 0, 0], "2026-03-01": [100, 0, 0, 20]})
    assert around(merchants, Decision(), counting(counts), noon).also == ()
    ((event,),) = [item.events for item in around(merchants, Decision(), counting(counts), noon + DAY).also]
    assert (event.returned, event.originated) == (20, 100)


def test_what_concerns_no_merchant_of_ours_is_left_alone(an_american, merchants, noon):
    decision = Decision(learned(an_american(), in_settlement_at=noon))
    for merchant_id in (None, "nobody"):
        assert around(merchants, decision, counting(None, merchant_id), noon) is decision


def test_a_refusal_stays_one(an_american, merchants, noon):
    handling = counters(merchants).around(record_return.handling(merchants))
    command = RecordReturn(merchant_id="liberty-books", payment_id="p", code="R01", returned_on=noon.date())
    assert isinstance(handling.decide(command, counting(), noon), Refusal)


@pytest.fixture
def reports(an_american: Any, noon: Any) -> list[RecordReturn]:
    return [
        RecordReturn(
            merchant_id="liberty-books", payment_id=f"p{n}", code="R10" if n % 2 else "R02", returned_on=noon.date()
        )
        for n in range(100)
    ]


async def test_a_bank_report_of_many_returns_at_once_loses_none(reports, an_american, merchants, noon, store) -> None:
    """They all change one row of counts: whoever comes second decides again."""
    settled = [learned(an_american(id=item.payment_id), in_settlement_at=noon) for item in reports]
    rows = [PAYMENTS.row(item) for item in settled]
    await store.write(lambda connection: connection.execute(PAYMENTS.table.insert(), rows))
    engine = Engine(
        store,
        handlings=[counters(merchants).around(record_return.handling(merchants))],
        clock=ManualClock(noon),
        service=Service.SETTLEMENT,
        repositories=REPOSITORIES,
        reads=SqlReads,
        refused=CommandRefused,
        parked=CommandParked,
    )
    async with engine:
        await engine.send(*reports)
        await engine.until(lambda: sum(item.name == "payment-returned" for item in engine.published) == len(reports))
        found = await engine.store.read(lambda connection: COUNTS.get_many(connection, ["liberty-books"]))
    assert not engine.dispatcher.parked
    assert found["liberty-books"].days == {"2026-03-02": [100, 50, 50, 100]}
    told = [item for item in engine.published if item.subject == "liberty-books"]
    assert {(item.data["ratio"], item.name) for item in told} == {
        (ratio, "return-ratio-exceeded") for ratio in ("unauthorized", "administrative", "overall")
    }
    assert [item.sequence for item in told] == [1, 2, 3]


class ShowsOne(ReadCall):
    kind = RECHECK

    def __init__(self, seen: Observation) -> None:
        self.seen = seen

    async def send(self, payload: Payload) -> Answer:
        return self.seen.as_json()


async def test_the_service_counts_what_its_looks_and_its_reports_show(
    an_american, a_row, merchants, noon, database
) -> None:
    """As it is wired: a handler that is left out would lose its returns without a sign."""
    store = SqliteStore(database, {})
    row = PAYMENTS.row(an_american(since=noon - DAY))
    await store.write(lambda connection: connection.execute(PAYMENTS.table.insert().values(row)))
    seen = a_row(currency="USD", batch_closed=True, batch_closed_at=noon - DAY, clearing="cleared")
    engine = Engine(
        store,
        handlings=wiring.handlings(merchants),
        answerings=wiring.answerings(merchants),
        calls=[ShowsOne(seen)],
        clock=ManualClock(noon),
        service=Service.SETTLEMENT,
        repositories=ALL_REPOSITORIES,
        reads=SqlReconcilingReads,
        refused=CommandRefused,
        parked=CommandParked,
    )

    async def counts():
        found = await store.read(lambda connection: COUNTS.get_many(connection, ["liberty-books"]))
        return found["liberty-books"]

    about = {"merchant_id": "liberty-books", "payment_id": "payment"}
    async with engine:
        await engine.send(RecheckPayment.model_validate(about))
        await engine.until(lambda: any(item.name == "payment-cleared" for item in engine.published))
        cleared = await counts()
        await engine.send(RecordReturn.model_validate(about | {"code": "R10", "returned_on": noon.date()}))
        await engine.until(lambda: any(item.name == "payment-returned" for item in engine.published))
        returned = await counts()
    assert (cleared.days, cleared.claims_open_minor) == ({"2026-03-01": [1, 0, 0, 0]}, 4_995)
    assert (returned.days, returned.claims_open_minor) == ({"2026-03-01": [1, 1, 0, 1]}, 0)
