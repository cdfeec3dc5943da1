"""What one look asks the vendor, call by call: one page or one row each, and of them only what is new."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.payments import PaymentState as S
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_helcim.wire import AchTransaction
from bankrails_vendor_http.errors import VendorRejected, VendorUnavailable
from prometheus_client import Counter
from settlement_watcher.domain.sweep_plan import SINGLES_MAX, Followed, Single
from settlement_watcher.domain.unclaimed_row import RowState, row_seen
from settlement_watcher.handlers.look_after_mandate import LATE, MANDATE
from settlement_watcher.metrics import odd_rows_counter
from settlement_watcher.ports import Known, Watchlist
from settlement_watcher.vendor.planning import LookPlanner
from settlement_watcher.vendor.rows import unclaimed_observation
from settlement_watcher.vendor.sweep import Sweep

DAY = timedelta(days=1)
PAGE = 125
MARCH_2 = (date(2026, 3, 1), date(2026, 3, 3))
"""The newest days on the second of March, a day wider each way."""
NIGHT = datetime(2026, 3, 3, 5, tzinfo=UTC)
"""Midnight in Toronto."""


def row(number, **fields):
    made = {"bankAccountId": 1, "amount": "49.95", "currency": 1, "statusAuth": 1, "statusClearing": 0}
    made |= {"statusBatch": 1, "id": number, "transactionType": 1, "batchId": 7}
    return AchTransaction.model_validate(made | fields)


@dataclass
class PagedHelcim(HelcimClient):
    """`readings`: what its lists hold, one reading after the other, the last one for ever."""

    readings: list
    single: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    asked_one_by_one: list = field(default_factory=list)
    odd_rows: Counter = field(default_factory=odd_rows_counter)

    async def transactions_page(self, access, where=None, page=1, limit=PAGE):
        self.asked.append((where.start_on, where.end_on, tuple(where.status_clearing), page))
        if page == 1 and len(self.asked) > 1 and len(self.readings) > 1:
            self.readings.pop(0)
        return self.readings[0][(page - 1) * limit : page * limit]

    async def get_transaction(self, access, transaction_id):
        self.asked_one_by_one.append(transaction_id)
        if transaction_id not in self.single:
            raise VendorRejected("get_transaction", "unknown", status=400)
        return self.single[transaction_id]

    @property
    def calls(self):
        return len(self.asked) + len(self.asked_one_by_one)


@dataclass
class Books:
    """A store with these payments and rows."""

    payments: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    watch: Watchlist | None = None
    seen_since: list = field(default_factory=list)

    async def watchlist(self, merchant_id, now, claims_end_by, returned_from):
        self.claims_end_by, self.returned_from = claims_end_by, returned_from
        return self.watch or Watchlist([followed(item) for item in self.payments])

    async def rows_on(self, merchant_id, days):
        return dict.fromkeys(days, 0)

    async def waiting_for_mandate(self, merchant_id, at_most):
        waiting = [item for item in self.payments if item.state is S.AWAITING_MANDATE]
        return [Single(item.id, item.vendor_payment_id) for item in waiting[:at_most]]

    async def never_seen(self, merchant_id, before, at_most):
        unseen = [item for item in self.payments if item.observed_at is None and item.vendor_payment_id]
        return [Single(item.id, item.vendor_payment_id) for item in unseen[:at_most]]

    async def known(self, merchant_id, vendor_ids):
        return Known(
            [item for item in self.payments if item.vendor_payment_id in vendor_ids],
            [item for item in self.rows if item.id in vendor_ids],
        )


def followed(payment):
    return Followed(payment.id, payment.vendor_payment_id, payment.since, payment.observed_at is not None)


@pytest.fixture
def look(merchants, noon):
    """Call after call until the sweep ends; the answers."""

    async def looked(helcim, books, now=noon, calls_max=50, **payload):
        clock = ManualClock(now)
        sweep = Sweep(
            helcim,
            MerchantAccess("maple-books", "a-token"),
            merchants.calendar("maple-books"),
            clock,
            books,
            LookPlanner(books, merchants, clock),
            helcim.odd_rows,
        )
        payload, answers = {"merchant_id": "maple-books"} | payload, []
        for _ in range(calls_max):
            before = helcim.calls
            answers.append(await sweep.look(payload))
            assert helcim.calls - before <= 1, "each call is a piece of work of its own"
            if answers[-1]["ends"]:
                return answers
            payload = payload | {"cursor": answers[-1]["cursor"]}
        raise AssertionError("it does not end")

    return looked


def seen_in(answers):
    return [row["vendor_payment_id"] for answer in answers for row in answer["rows"]]


async def test_with_nothing_open_nothing_is_asked_while_the_banks_work(look):
    helcim = PagedHelcim([[]])
    (answer,) = await look(helcim, Books())
    assert (helcim.calls, answer["rows"], answer["ends"]) == (0, [], True)


async def test_with_nothing_open_the_newest_days_are_listed_after_the_close(look, noon):
    """Somebody may have made a debit at the portal: found within a day."""
    helcim = PagedHelcim([[row(999)]])
    answers = await look(helcim, Books(), now=noon + timedelta(hours=5, minutes=2))
    assert helcim.asked == [(*MARCH_2, (), 1)]
    assert seen_in(answers) == ["999"]


async def test_one_page_is_one_call_and_tells_what_is_new(look, a_payment):
    known = a_payment(id="known", vendor_payment_id="802", auth="approved", clearing="opened", vendor_batch_id="7")
    helcim = PagedHelcim([[row(801), row(802)]])
    answers = await look(helcim, Books([a_payment(), known]))
    assert helcim.asked == [(*MARCH_2, (), 1)]
    assert seen_in(answers) == ["801"]


async def test_each_page_is_a_call_of_its_own_and_told_as_it_is_read(look, a_payment):
    helcim = PagedHelcim([[row(n) for n in range(1_000, 800, -1)]])
    answers = await look(helcim, Books([a_payment()]))
    assert [page for *_, page in helcim.asked] == [1, 2, 1, 2]
    assert ["801" in seen_in([answer]) for answer in answers] == [False, True, False, True]


async def test_several_pages_are_read_until_two_readings_agree(look, a_payment):
    """Rows move to another page while pages are turned; one that was on neither must not stay unseen."""
    pages = [row(number) for number in range(800, 1_000)]
    helcim = PagedHelcim([[item for item in pages if item.id != 801], pages, pages])
    answers = await look(helcim, Books([a_payment()]))
    assert [page for *_, page in helcim.asked] == [1, 2] * 3
    assert "801" in seen_in(answers)


async def test_at_the_next_look_one_reading_of_the_same_is_enough(look, a_payment):
    """What was read twice and has not changed is read once: half the calls, for weeks."""
    pages = [row(number) for number in range(800, 1_000)]
    first = await look(PagedHelcim([pages]), Books([a_payment()]))
    whole = first[-1]["cursor"]["whole"]
    assert list(whole) == ["2026-03-01/2026-03-03"]
    again = PagedHelcim([list(reversed(pages))])
    await look(again, Books([a_payment()]), whole=whole)
    assert [page for *_, page in again.asked] == [1, 2]
    grown = PagedHelcim([[*pages, row(1_000)]])
    await look(grown, Books([a_payment()]), whole=whole)
    assert [page for *_, page in grown.asked] == [1, 2, 1, 2]


async def test_what_is_cleared_is_looked_for_among_what_came_back(look, a_payment, noon):
    """However old the oldest is: all rows of ninety days would be hundreds of pages."""
    cleared = a_payment(state=S.CLEARED, since=noon - 80 * DAY, observed_at=noon, clearing="cleared")
    helcim = PagedHelcim([[row(801, statusClearing=4)]])
    answers = await look(helcim, Books([cleared], watch=Watchlist(oldest_cleared=cleared.since)))
    assert helcim.asked == [(date(2025, 12, 12), date(2026, 3, 2), ("REJECTED", "CONTESTED", "RETURNED"), 1)]
    assert [row["clearing"] for answer in answers for row in answer["rows"]] == ["returned"]


async def test_what_is_at_the_banks_is_left_alone_at_night_and_minutes_after_another_look(look, a_payment, noon):
    resting = Watchlist(at_the_bank=[followed(a_payment())], oldest_cleared=noon - 9 * DAY)
    at_night = PagedHelcim([[]])
    await look(at_night, Books(watch=resting), now=NIGHT)
    assert at_night.calls == 0
    just_asked = PagedHelcim([[]])
    await look(just_asked, Books(watch=resting), banks_at=(noon - timedelta(minutes=32)).isoformat())
    assert just_asked.calls == 0
    an_hour_later = PagedHelcim([[]])
    answers = await look(an_hour_later, Books(watch=resting), banks_at=(noon - timedelta(minutes=45)).isoformat())
    assert an_hour_later.calls == 2
    assert answers[-1]["cursor"]["banks_at"] == noon.isoformat()


async def test_what_came_back_is_asked_for_once_a_day(look, a_payment, noon):
    """A return may be refused for some days; until then it has ended, and costs as little as that."""
    watch = Watchlist(returned=[followed(a_payment(observed_at=noon))])
    for banks_at, calls in ((None, 1), (noon - DAY, 1), (noon - timedelta(minutes=45), 0)):
        helcim = PagedHelcim([[]], {801: row(801)})
        await look(helcim, Books(watch=watch), **({} if banks_at is None else {"banks_at": banks_at.isoformat()}))
        assert helcim.calls == calls


async def test_what_is_due_is_asked_for_at_any_time_and_told_again_though_nothing_has_changed(look, a_payment):
    """Nothing is called available, or final, without having been seen."""
    cleared = a_payment(
        state=S.CLEARED,
        since=NIGHT - 95 * DAY,
        auth="approved",
        clearing="cleared",
        vendor_batch_id="7",
        batch_closed=True,
        observed_at=NIGHT - 90 * DAY,
        cleared_at=NIGHT - 90 * DAY,
        funds_available_at=NIGHT,
    )
    due = Watchlist(due=[Followed("payment", "801", cleared.since, True, due=True)])
    for clearing, seen in ((1, ["801"]), (0, ["801"])):
        helcim = PagedHelcim([[]], {801: row(801, statusClearing=clearing, statusBatch=2)})
        books = Books([cleared], watch=due)
        assert seen_in(await look(helcim, books, now=NIGHT)) == seen
        assert helcim.asked_one_by_one == [801]
    assert (books.claims_end_by, books.returned_from) == (date(2026, 2, 25), date(2026, 2, 24))


async def test_what_no_page_shows_is_asked_for_by_itself(look, a_payment, noon):
    """A payment that the vendor lists under another day, and one whose id it does not know."""
    helcim = PagedHelcim([[row(801)]], single={802: row(802, statusAuth=4)})
    late, strange = a_payment(id="late", vendor_payment_id="802"), a_payment(id="strange", vendor_payment_id="999")
    answers = await look(helcim, Books([a_payment(), late, strange]))
    assert helcim.asked_one_by_one == [802, 999]
    assert seen_in(answers) == ["801", "802"]


async def test_a_row_that_is_no_payment_of_ours_is_told_once(look):
    rows = [row(901), row(902, transactionType=5, originalTransactionId=801), row(903, amount=0)]
    helcim = PagedHelcim([rows])
    (answer,) = await look(helcim, Books([], watch=Watchlist([Followed("p", "1", NIGHT, False)])), calls_max=3)
    assert [(item["vendor_payment_id"], item["transaction_type"]) for item in answer["rows"]] == [
        ("901", "withdrawal"),
        ("902", "refund"),
    ]
    kept = [row_seen(None, unclaimed_observation(item, NIGHT - DAY), "maple-books") for item in rows[:2]]
    again = Books([], kept, watch=Watchlist([Followed("p", "1", NIGHT, False)]))
    assert seen_in(await look(PagedHelcim([rows]), again)) == []
    changed = [row(901, statusAuth=4), *rows[1:]]
    assert seen_in(await look(PagedHelcim([changed]), again)) == ["901"]


async def test_a_row_that_turns_out_to_be_ours_is_told_so_that_it_is_claimed(look, a_payment):
    nobodys = row_seen(None, unclaimed_observation(row(801), NIGHT - DAY), "maple-books")
    known = a_payment(auth="approved", clearing="opened", vendor_batch_id="7", observed_at=NIGHT - DAY)
    assert seen_in(await look(PagedHelcim([[row(801)]]), Books([known], [nobodys]))) == ["801"]
    ours = row_seen(None, unclaimed_observation(row(801), NIGHT - DAY), "maple-books")
    object.__setattr__(ours, "state", RowState.CLAIMED)
    assert seen_in(await look(PagedHelcim([[row(801)]]), Books([known], [ours]))) == []


async def test_a_row_that_another_merchant_has_already_is_left_alone(look):
    elsewhere = row_seen(None, unclaimed_observation(row(901), NIGHT - DAY), "liberty-books")
    books = Books([], [elsewhere], watch=Watchlist([Followed("p", "1", NIGHT, False)]))
    assert seen_in(await look(PagedHelcim([[row(901, statusAuth=4)]]), books)) == []


async def test_a_look_after_a_mandate_asks_for_those_that_wait_one_by_one(look, a_payment):
    waiting = [
        a_payment(id=f"p{n}", vendor_payment_id=str(n + 1), state=S.AWAITING_MANDATE) for n in range(SINGLES_MAX + 5)
    ]
    helcim = PagedHelcim([[]], {n + 1: row(n + 1) for n in range(SINGLES_MAX + 5)})
    answers = await look(helcim, Books(waiting), purpose=MANDATE)
    assert (helcim.asked, len(helcim.asked_one_by_one), len(seen_in(answers))) == ([], SINGLES_MAX, SINGLES_MAX)


async def test_a_look_for_what_came_late_lists_its_days_alone(look, a_payment, noon):
    late = [a_payment(id=f"p{n}", vendor_payment_id=str(n + 1), since=noon - DAY) for n in range(5)]
    seen = a_payment(id="seen", vendor_payment_id="99", since=noon - 9 * DAY, observed_at=noon)
    helcim = PagedHelcim([[row(n + 1) for n in range(5)]])
    await look(helcim, Books([*late, seen]), now=NIGHT, purpose=LATE)
    assert (helcim.asked, helcim.asked_one_by_one) == ([(date(2026, 2, 28), date(2026, 3, 2), (), 1)], [])


async def test_a_sweep_that_takes_longer_than_the_time_between_looks_reads_the_newest_again_first(
    merchants, a_payment, noon
):
    """Where the quota is short, what is new is still seen within the hour, and what is old goes on behind it."""
    pages = [row(number) for number in range(2_000, 1_000, -1)]
    helcim, clock = PagedHelcim([pages]), ManualClock(noon)
    old = [Followed(f"p{n}", str(n), noon - 5 * DAY, True) for n in range(500)]
    books = Books(watch=Watchlist([*old, followed(a_payment(observed_at=noon))]))
    planner = LookPlanner(books, merchants, clock)
    access, calendar = MerchantAccess("maple-books", "a-token"), merchants.calendar("maple-books")
    sweep = Sweep(helcim, access, calendar, clock, books, planner, helcim.odd_rows)
    payload = {"merchant_id": "maple-books"}
    for _ in range(60):
        clock.set(clock.now() + timedelta(minutes=5))
        answer = await sweep.look(payload)
        payload["cursor"] = answer["cursor"]
        if answer["ends"]:
            break
    begun = [start for start, _, _, page in helcim.asked if page == 1]
    new, before = date(2026, 3, 1), date(2026, 2, 25)
    assert begun == [new, new, before, before, new, new]
    assert answer["ends"]


async def test_a_list_that_cannot_be_read_fails_the_call(look, a_payment):
    """Half a list would call money final that has come back."""

    class Away(PagedHelcim):
        async def transactions_page(self, access, where=None, page=1, limit=PAGE):
            raise VendorUnavailable("list_transactions", "away")

    with pytest.raises(VendorUnavailable):
        await look(Away([[]]), Books([a_payment()]))


async def test_a_row_that_no_document_explains_is_told_and_counted(look, a_payment):
    """A word of tomorrow must not stop the sweep, nor pass unseen."""
    helcim = PagedHelcim([[row(801, statusClearing=9)]])
    answers = await look(helcim, Books([a_payment()]))
    assert [item["clearing"] for answer in answers for item in answer["rows"]] == ["unrecognised:9"]
    assert helcim.odd_rows.labels("unknown_clearing")._value.get() == 1
