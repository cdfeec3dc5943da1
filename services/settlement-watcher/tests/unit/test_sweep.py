"""What one look asks the vendor: few pages, read until they agree, and one by one what no page has shown."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_helcim.wire import AchTransaction
from bankrails_vendor_http.errors import VendorRejected, VendorUnavailable
from settlement_watcher.ports import Watchlist
from settlement_watcher.vendor.sweep import ONE_BY_ONE_MAX, ROWS_MAX, Sweep, answer_of

DAY = timedelta(days=1)


def row(number, **fields):
    made = {"bankAccountId": 1, "amount": 49.95, "currency": 1, "statusAuth": 1, "statusClearing": 0, "statusBatch": 1}
    return AchTransaction.model_validate(
        made | {"id": number, "amount": "49.95", "transactionType": 1, "batchId": 7} | fields
    )


@dataclass
class PagedHelcim(HelcimClient):
    """Hands out one prepared reading after the other, the last one for ever."""

    readings: list
    single: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    asked_one_by_one: list = field(default_factory=list)

    async def all_transactions(self, access, where=None):
        self.asked.append(where)
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]

    async def get_transaction(self, access, transaction_id):
        self.asked_one_by_one.append(transaction_id)
        if transaction_id not in self.single:
            raise VendorRejected("get_transaction", "unknown", status=400)
        return self.single[transaction_id]

    async def list_batches(self, access):
        return []


@dataclass
class Books:
    watch: Watchlist
    by_vendor_id: dict = field(default_factory=dict)

    async def watchlist(self, merchant_id, now, claims_end_by):
        self.claims_end_by = claims_end_by
        return self.watch

    async def cleared(self, merchant_id, vendor_ids):
        return [self.by_vendor_id[item] for item in vendor_ids if item in self.by_vendor_id]


@pytest.fixture
def look(merchants, noon):
    async def looked(helcim, books, now=noon):
        sweep = Sweep(helcim, MerchantAccess("maple-books", "a-token"), merchants.calendar("maple-books"), now)
        return await answer_of(sweep, books, "maple-books")

    return looked


async def test_with_nothing_open_nothing_is_asked(look):
    helcim = PagedHelcim([[]])
    answer = await look(helcim, Books(Watchlist()))
    assert (helcim.asked, answer["rows"], answer["more"]) == ([], [], False)


async def test_the_window_begins_at_the_oldest_open_payment_a_day_wider(look, a_payment, noon):
    helcim = PagedHelcim([[row(801), row(802)]])
    payments = [a_payment(id="a", since=noon - 5 * DAY), a_payment(id="b", vendor_payment_id="802")]
    answer = await look(helcim, Books(Watchlist(payments)))
    (where,) = helcim.asked
    assert (where.start_on, where.end_on, where.status_clearing) == (date(2026, 2, 24), date(2026, 3, 3), ())
    assert [item["payment_id"] for item in answer["rows"]] == ["a", "b"]
    assert helcim.asked_one_by_one == []


async def test_one_page_is_read_once_and_several_until_two_readings_agree(look, a_payment):
    """Rows move to another page while pages are turned; one that was on neither must not stay unseen."""
    pages = [row(number) for number in range(800, 1_000)]
    helcim = PagedHelcim([[item for item in pages if item.id != 801], pages, pages])
    answer = await look(helcim, Books(Watchlist([a_payment()])))
    assert len(helcim.asked) == 3
    assert [item["payment_id"] for item in answer["rows"]] == ["payment"]


async def test_readings_that_never_agree_end_with_the_third(look, a_payment):
    helcim = PagedHelcim([[row(number) for number in range(800 + shift, 1_000)] for shift in (0, 1, 0, 1)])
    await look(helcim, Books(Watchlist([a_payment()])))
    assert len(helcim.asked) == 3


async def test_what_is_cleared_is_looked_for_among_what_came_back(look, a_payment, noon):
    """However old the oldest is: all rows of ninety days would be hundreds of pages."""
    cleared = a_payment(state=S.CLEARED, since=noon - 80 * DAY)
    helcim = PagedHelcim([[row(801, statusClearing=4), row(999, statusClearing=4)]])
    answer = await look(helcim, Books(Watchlist(oldest_cleared=cleared.since), {"801": cleared}))
    (where,) = helcim.asked
    assert where.start_on == date(2025, 12, 11)
    assert where.status_clearing == ("REJECTED", "CONTESTED", "RETURNED")
    assert [item["seen"]["clearing"] for item in answer["rows"]] == ["returned"]


async def test_at_night_what_is_cleared_is_left_alone(look, noon):
    helcim = PagedHelcim([[]])
    await look(helcim, Books(Watchlist(oldest_cleared=noon - 9 * DAY)), now=noon + timedelta(hours=8))
    assert helcim.asked == []


async def test_what_is_due_is_seen_on_its_own_days(look, a_payment, noon):
    due = [
        a_payment(id="a", state=S.CLEARED, since=noon - 95 * DAY, funds_available_at=noon - DAY),
        a_payment(id="b", state=S.CLEARED, since=noon - 94 * DAY, vendor_payment_id="802"),
        a_payment(id="taken back", state=S.CLEARED, since=noon - 94 * DAY, vendor_payment_id="803"),
    ]
    helcim = PagedHelcim([[row(801, statusClearing=1), row(802, statusClearing=1), row(803, statusClearing=0)]])
    books = Books(Watchlist(cleared_due=due))
    answer = await look(helcim, books)
    assert [(where.start_on, where.end_on) for where in helcim.asked] == [(date(2025, 11, 26), date(2025, 11, 29))]
    assert answer["due"] == ["a", "b"]
    assert books.claims_end_by == date(2026, 2, 24)


async def test_what_no_page_shows_is_asked_for_by_itself(look, a_payment, noon):
    """A payment that has waited for months, and one whose id the vendor does not know."""
    old = a_payment(id="old", since=noon - 200 * DAY)
    helcim = PagedHelcim([[]], single={801: row(801, statusAuth=4)})
    answer = await look(helcim, Books(Watchlist([old, a_payment(id="unknown", vendor_payment_id="999")])))
    assert sorted(helcim.asked_one_by_one) == [801, 999]
    assert [item["payment_id"] for item in answer["rows"]] == ["old"]


async def test_many_of_those_are_asked_for_a_few_at_a_time(look, a_payment, noon):
    """Each is asked for at one look or another, also where looks are on banking days alone."""
    since = noon - 200 * DAY
    waiting = [a_payment(id=f"p{n:03}", vendor_payment_id=str(n + 1), since=since) for n in range(3 * ONE_BY_ONE_MAX)]
    asked = set()
    for week in range(60):
        helcim = PagedHelcim([[]])
        await look(helcim, Books(Watchlist(waiting)), now=noon + week * 7 * DAY)
        assert len(helcim.asked_one_by_one) == ONE_BY_ONE_MAX
        asked |= set(helcim.asked_one_by_one)
    assert len(asked) == 3 * ONE_BY_ONE_MAX


async def test_an_answer_holds_so_many_rows_and_says_that_there_are_more(look, a_payment):
    payments = [a_payment(id=f"p{n}", vendor_payment_id=str(n)) for n in range(ROWS_MAX + 1)]
    pages = [row(n, statusBatch=2) for n in range(ROWS_MAX + 1)]
    answer = await look(PagedHelcim([pages]), Books(Watchlist(payments)))
    assert (len(answer["rows"]), answer["more"]) == (ROWS_MAX, True)
    assert [batch["payments"] for batch in answer["batches"]] == [ROWS_MAX + 1]


async def test_a_list_that_cannot_be_read_fails_the_look(look, a_payment):
    """Half a look would call money final that has come back."""

    class Away(PagedHelcim):
        async def all_transactions(self, access, where=None):
            raise VendorUnavailable("list_transactions", "away")

    with pytest.raises(VendorUnavailable):
        await look(Away([[]]), Books(Watchlist([a_payment()])))


@pytest.mark.parametrize(("clearing", "more"), [(1, True), (0, False)])
async def test_more_holds_than_one_answer_tells_are_told_by_the_next_look(clearing, more, look, a_payment, noon):
    """At once, and not after the next close; but never in a circle over what the vendor does not show cleared."""
    due = [
        a_payment(
            id=f"p{n}", vendor_payment_id=str(n), state=S.CLEARED, clearing="cleared", auth="approved", since=noon
        )
        for n in range(1, ROWS_MAX + 1)
    ]
    rows = [row(n, statusClearing=clearing) for n in range(1, ROWS_MAX + 1)]
    answer = await look(PagedHelcim([rows]), Books(Watchlist(cleared_due=due)))
    assert (len(answer["due"]), answer["more"]) == (ROWS_MAX if more else 0, more)
