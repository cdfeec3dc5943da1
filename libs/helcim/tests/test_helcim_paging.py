"""A search through the vendor's list: complete, or an error. Half a search would clear the way for a second debit."""

from datetime import date

import httpx2
import pytest
from bankrails_helcim.client import PAGES_MAX, TransactionFilter
from bankrails_helcim.mapping import AuthStatus, ClearingStatus
from bankrails_vendor_http.errors import VendorUnavailable


@pytest.fixture
def row(samples):
    sample = samples["transactions.openapi"].body[0]
    return lambda number, **changed: {**sample, "id": number, **changed}


def pages_of(rows, *, appearing=()):
    """A vendor with these rows, newest first; `appearing` are added in front between one page and the next."""
    waiting = list(appearing)

    def answer(request):
        page, limit = int(request.url.params["page"]), int(request.url.params["limit"])
        body = rows[(page - 1) * limit : page * limit]
        if waiting:
            rows.insert(0, waiting.pop(0))
        return httpx2.Response(200, json=body)

    return answer


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (124, 1), (125, 2), (126, 2), (250, 3), (300, 3)])
async def test_a_search_turns_pages_until_one_is_short(vendor, access, row, count, calls):
    """The vendor gives no total and no next link; a full last page costs one more call."""
    asked = vendor(pages_of([row(number) for number in range(count)]))
    found = await asked.client.all_transactions(access)
    assert [debit.id for debit in found] == list(range(count))
    assert [dict(request.url.params) for request in asked.asked] == [
        {"page": str(page), "limit": "125"} for page in range(1, calls + 1)
    ]


async def test_a_row_that_moves_to_the_next_page_is_found_once_and_as_last_read(vendor, access, row):
    """Payments are made while we search; what is pushed down shows twice, and its later reading counts."""
    rows = [row(number) for number in range(200, 0, -1)]

    def answer(request):
        if request.url.params["page"] == "1":
            return httpx2.Response(200, json=rows[:125])
        return httpx2.Response(200, json=[row(76, statusAuth=1), *rows[125:]])

    found = {debit.id: debit for debit in await vendor(answer).client.all_transactions(access)}
    assert set(found) == set(range(1, 201))
    assert (found[76].auth, found[77].auth) == (AuthStatus.APPROVED, AuthStatus.PENDING)


async def test_pages_that_repeat_themselves_are_an_error(vendor, access, row):
    """A vendor that ignores `page` would look like an endless list, or worse, like a complete one."""
    asked = vendor(httpx2.Response(200, json=[row(number) for number in range(125)]))
    with pytest.raises(VendorUnavailable):
        await asked.client.all_transactions(access)
    assert len(asked.asked) == 2


async def test_a_search_without_end_is_given_up(vendor, access, row):
    """A forgotten date would read the merchant's whole history, 100 calls a minute."""

    def answer(request):
        first = int(request.url.params["page"]) * 1000
        return httpx2.Response(200, json=[row(first + number) for number in range(125)])

    asked = vendor(answer)
    with pytest.raises(VendorUnavailable):
        await asked.client.all_transactions(access)
    assert len(asked.asked) == PAGES_MAX


async def test_a_page_that_fails_fails_the_search(vendor, access, row):
    """What the first pages held is not an answer."""
    asked = vendor(httpx2.Response(200, json=[row(number) for number in range(125)]), httpx2.Response(500))
    with pytest.raises(VendorUnavailable):
        await asked.client.all_transactions(access)


async def test_the_next_page_is_asked_for_only_when_the_caller_wants_it(vendor, access, row):
    """So that a budget can say "not now" between two pages."""
    asked = vendor(pages_of([row(number) for number in range(300)]))
    pages = asked.client.transaction_pages(access)
    assert len(await anext(pages)) == 125
    assert len(asked.asked) == 1


async def test_a_filter_is_written_in_the_vendors_words(vendor, access, row):
    """Names in filters, numbers in bodies; dollars, and dates on the vendor's wall."""
    asked = vendor(pages_of([]))
    await asked.client.transactions_page(
        access,
        TransactionFilter(
            start_on=date(2024, 4, 16),
            end_on=date(2024, 4, 18),
            amount_min_minor=4995,
            amount_max_minor=5000,
            status_auth=(AuthStatus.APPROVED, AuthStatus.PENDING),
            status_clearing=(ClearingStatus.OPENED,),
            search="41992",
        ),
        page=2,
        limit=50,
    )
    assert dict(asked.asked[0].url.params) == {
        "page": "2",
        "limit": "50",
        "startDate": "2024-04-16",
        "endDate": "2024-04-18",
        "amountMin": "49.95",
        "amountMax": "50.00",
        "statusAuth": "APPROVED,PENDING",
        "statusClearing": "OPENED",
        "search": "41992",
    }
