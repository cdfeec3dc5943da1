"""`GET /ach/transactions`: filters and pages (Helcim OpenAPI)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bankrails_sandbox import HelcimConfig
from bankrails_sandbox.helcim.day_index import DayIndex

MOUNTAIN = ZoneInfo("America/Denver")


@pytest.fixture
def rows(shop):
    """Six rows over three days, oldest first: three approved, two pending, one declined."""
    ready, waiting = shop.payer(), shop.payer(accepted=False)
    shop.call("PUT", f"/customers/{waiting['customerId']}", {"contactName": "", "businessName": "Zoo Ltd"})
    start = shop.control.clock().now
    ids = []
    for body, amount in ((ready, 10), (ready, 20.5), (waiting, 30), (ready, 40), (waiting, 50), (waiting, 60)):
        ids.append(shop.withdraw(body | {"amount": amount, "orderId": 7000 + len(ids)}).json()["transaction"]["id"])
        if len(ids) % 2 == 0:
            shop.control.advance(seconds=86400)
    shop.control.decline(ids[5])
    shop.control.switch_merchant("maple-books", rate_limited=False)
    shop.ids = ids
    shop.days = [(start.astimezone(MOUNTAIN).date() + timedelta(days=n)).isoformat() for n in range(4)]
    return shop


def found(rows, query: str) -> list[int]:
    answer = rows.call("GET", f"/ach/transactions{query}")
    assert answer.status_code == 200, answer.text
    return [rows.ids.index(row["id"]) for row in answer.json()]


def test_without_filters_all_rows_come_newest_first(rows) -> None:
    """A bare array; the order is an assumption."""
    assert found(rows, "") == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?limit=2", [5, 4]),
        ("?limit=2&page=2", [3, 2]),
        ("?limit=4&page=2", [1, 0]),
        ("?limit=2&page=4", []),
        ("?limit=125", [5, 4, 3, 2, 1, 0]),
        ("?amountMin=20.5", [5, 4, 3, 2, 1]),
        ("?amountMax=20.5", [1, 0]),
        ("?amountMax=1e999999", [5, 4, 3, 2, 1, 0]),
        ("?amountMin=20.51&amountMax=49.99", [3, 2]),
        ("?statusAuth=APPROVED", [3, 1, 0]),
        ("?statusAuth=PENDING,DECLINED", [5, 4, 2]),
        ("?statusAuth=CANCELLED,IN_PROGRESS", []),
        ("?statusClearing=OPENED", [5, 4, 3, 2, 1, 0]),
        ("?statusClearing=CLEARED,REJECTED,CONTESTED,RETURNED", []),
        ("?users=0", [5, 4, 3, 2, 1, 0]),
        ("?users=7,8", []),
        ("?search=7003", [3]),
        ("?search=700", []),
        ("?search=zoo", [5, 4, 2]),
        ("?search=TEST+cust", [3, 1, 0]),
        ("?search=nobody", []),
        ("?statusAuth=APPROVED&limit=1&page=2", [1]),
        ("?statusAuth=&search=", [5, 4, 3, 2, 1, 0]),
    ],
)
def test_filters_and_pages(rows, query: str, expected: list[int]) -> None:
    """Names in filters although bodies carry ints; pages are counted from 1, after filtering."""
    assert found(rows, query) == expected


def test_dates_are_of_creation_and_both_included(rows) -> None:
    """By the date that the row itself prints."""
    days = rows.days
    assert found(rows, f"?startDate={days[1]}&endDate={days[1]}") == [3, 2]
    assert found(rows, f"?startDate={days[1]}") == [5, 4, 3, 2]
    assert found(rows, f"?endDate={days[0]}") == [1, 0]
    assert found(rows, f"?startDate={days[3]}") == []


def test_a_row_of_late_evening_is_found_on_the_day_that_it_prints(fresh_shop) -> None:
    """23:30 in Mountain Time is the next day in UTC and in Toronto."""
    shop = fresh_shop()
    body = shop.payer()
    shop.control.advance(to=datetime(2024, 3, 15, 5, 30, tzinfo=UTC))
    shop.withdraw(body)
    queries = [f"startDate={day}&endDate={day}" for day in ("2024-03-14", "2024-03-15")]
    assert [len(shop.call("GET", f"/ach/transactions?{query}").json()) for query in queries] == [1, 0]


def test_search_takes_ids_and_batches(rows) -> None:
    """Transaction id, batch id and L4L4, each whole."""
    row = rows.transaction(rows.ids[0])
    assert found(rows, f"?search={row['id']}") == [0]
    assert found(rows, f"?search={row['batchId']}") == [1, 0]
    assert len(found(rows, f"?search={row['bankAccountL4L4']}")) == 6


@pytest.mark.parametrize(
    "query",
    [
        "limit=126",
        "limit=0",
        "limit=x",
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "startDate=2024-3-1",
        "startDate=20240301",
        "startDate=2024-02-30",
        "startDate=2024-03-02&endDate=2024-03-01",
        "amountMin=2&amountMax=1",
        "amountMin=ten",
        "amountMax=NaN",
        "statusAuth=approved",
        "statusAuth=1",
        "statusClearing=SETTLED",
        "users=me",
    ],
)
def test_a_bad_query_is_refused(shop, query: str) -> None:
    """400 in shape D rather than an empty page, which would read as nothing to do."""
    answer = shop.call("GET", f"/ach/transactions?{query}")
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_a_page_has_125_rows_at_most(shop, control) -> None:
    """Default and maximum; stop on the first short page, since there is no total."""
    control.switch_merchant("maple-books", rate_limited=False)
    body = shop.payer()
    for _ in range(130):
        shop.withdraw(body)
    assert [len(shop.call("GET", f"/ach/transactions?page={page}").json()) for page in (1, 2, 3)] == [125, 5, 0]


def test_a_merchant_lists_its_own_rows_only(shop, american_shop) -> None:
    """The token selects the books."""
    shop.withdraw(shop.payer())
    assert american_shop.call("GET", "/ach/transactions").json() == []


def test_a_page_far_down_a_long_list_is_found_by_its_place() -> None:
    """A sweep turns eighty pages: each is cut out by place, and no row before it is looked at."""
    index = DayIndex(MOUNTAIN)
    start = datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)

    class Row:
        def __init__(self, number: int) -> None:
            self.number = number
            self.created_at = start + timedelta(hours=number)

    for number in range(2000):
        index.add(Row(number))
    day = (start + timedelta(hours=1000)).astimezone(MOUNTAIN).date()
    numbers = [row.number for row in index.rows(index.between(day, day))]
    dates = {(start + timedelta(hours=number)).astimezone(MOUNTAIN).date() for number in numbers}
    assert (len(numbers), dates) == (24, {day})
    assert [row.number for row in index.rows(index.between(None, None)[::-1][1500:1503])] == [499, 498, 497]
    assert list(index.rows(index.between(day, day - timedelta(days=1)))) == []
    assert len(index.between(day, None)) + len(index.between(None, day - timedelta(days=1))) == 2000


def test_both_ends_of_a_day_in_mountain_time_are_in_it(fresh_shop) -> None:
    """The date is that of the printed time, across the change to daylight time too."""
    shop = fresh_shop(HelcimConfig())
    body = shop.payer()
    midnight = datetime(2024, 3, 17, 6, 0, tzinfo=UTC)
    ids = []
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=24, seconds=-1)):
        shop.control.jump(to=at)
        ids.append(shop.withdraw(body).json()["transaction"]["id"])
    days = {
        day: [row["id"] for row in shop.call("GET", f"/ach/transactions?startDate={day}&endDate={day}").json()]
        for day in ("2024-03-16", "2024-03-17", "2024-03-18")
    }
    assert days == {"2024-03-16": ids[:1], "2024-03-17": ids[:0:-1], "2024-03-18": []}
