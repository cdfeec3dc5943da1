"""`GET /ach/transactions` (Helcim OpenAPI): filters and pages, without a total or a next link.

Newest first is an assumption. Both ends of a range of dates are included, and a date is the one that is printed.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from itertools import islice
from typing import TypeVar

from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.records import AchTransaction, StatusAuth, StatusClearing
from bankrails_sandbox.helcim.replies import message_error
from bankrails_sandbox.helcim.transactions import l4l4, read_json
from bankrails_sandbox.vendor_api import Reply

PAGE_ROWS_MAX = 125
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

T = TypeVar("T")
Status = TypeVar("Status", bound=IntEnum)
Ordered = TypeVar("Ordered", date, Decimal)
Test = Callable[[AchTransaction], bool]


def list_transactions(books: Books, call: Call) -> Reply:
    query = call.query
    limit = _given(query, "limit", _positive) or PAGE_ROWS_MAX
    page = _given(query, "page", _positive) or 1
    if limit > PAGE_ROWS_MAX:
        raise message_error(f"Invalid query: limit must not be above {PAGE_ROWS_MAX}")
    start, end = _in_order(_given(query, "startDate", _date), _given(query, "endDate", _date), "startDate to endDate")
    tests = list(_tests(books, query))
    places, first = books.days.between(start, end), (page - 1) * limit
    if books.assumptions.newest_first:
        places = places[::-1]
    if tests:
        found = (row for row in books.days.rows(places) if all(test(row) for test in tests))
        shown: Iterator[AchTransaction] = islice(found, first, first + limit)
    else:
        # Nothing to pass over: straight to the page.
        shown = books.days.rows(places[first : first + limit])
    return Reply(200, [read_json(books, row) for row in shown])


def _tests(books: Books, query: dict[str, str]) -> Iterator[Test]:
    if books.hides:
        yield lambda row: not row.hidden
    low, high = _in_order(
        _given(query, "amountMin", _amount), _given(query, "amountMax", _amount), "amountMin to amountMax"
    )
    if low is not None:
        yield lambda row: Decimal(row.amount_minor) / 100 >= low
    if high is not None:
        yield lambda row: Decimal(row.amount_minor) / 100 <= high
    if (auths := _given(query, "statusAuth", lambda text: _names(text, StatusAuth))) is not None:
        yield lambda row: row.auth in auths
    if (clearings := _given(query, "statusClearing", lambda text: _names(text, StatusClearing))) is not None:
        yield lambda row: row.clearing in clearings
    if (users := _given(query, "users", _ints)) is not None:
        yield lambda row: row.user_id in users
    if search := query.get("search"):
        yield lambda row: _mentions(books, row, search.casefold())


def _mentions(books: Books, row: AchTransaction, wanted: str) -> bool:
    customer = books.customers[row.customer_id]
    numbers = (row.id, l4l4(books, row), row.order_id, row.batch_id)
    if any(number and wanted == str(number) for number in numbers):
        return True
    return any(wanted in name.casefold() for name in (customer.contact_name, customer.business_name))


def _given(query: dict[str, str], name: str, read: Callable[[str], T]) -> T | None:
    """None when absent or empty. Raises Refused."""
    if not (value := query.get(name)):
        return None
    try:
        return read(value)
    except (ValueError, KeyError, InvalidOperation):
        raise message_error(f"Invalid query: {name} is invalid") from None


def _in_order(low: Ordered | None, high: Ordered | None, names: str) -> tuple[Ordered | None, Ordered | None]:
    if low is not None and high is not None and low > high:
        raise message_error(f"Invalid query: {names} is not a range")
    return low, high


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise ValueError(text)
    return int(text)


def _date(text: str) -> date:
    if not DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _amount(text: str) -> Decimal:
    if not (value := Decimal(text)).is_finite():
        raise ValueError(text)
    return value


def _names(text: str, kind: type[Status]) -> frozenset[Status]:
    return frozenset(kind[name.strip()] for name in text.split(","))


def _ints(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.split(","))
