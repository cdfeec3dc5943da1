"""The vendor's batches, in each form that its documents show."""

from datetime import UTC, datetime

import httpx2
import pytest
from bankrails_helcim.mapping import BatchStatus
from bankrails_vendor_http.errors import VendorUnavailable

CLOSED = {
    "batchId": 47339,
    "merchantId": 1,
    "statusBatch": 2,
    "amountWithdrawals": 79.99,
    "countWithdrawals": 1,
    "amountDeposits": 0,
    "countDeposits": 0,
    "amountReversed": 10,
    "countReversed": 2,
    "amountRefunded": 5.25,
    "countRefunded": 3,
    "dateOpened": "2023-11-21 11:03:11",
    "dateClosed": "2024-04-16 16:15:37",
}
OPEN = {
    **CLOSED,
    "batchId": 47340,
    "batchReference": "ach-47340",
    "statusBatch": 1,
    "dateClosed": "0000-00-00 00:00:00",
}


@pytest.mark.parametrize("body", [[CLOSED, OPEN], {"batches": [CLOSED, OPEN]}])
async def test_batches_are_read_however_they_are_packed(vendor, access, body):
    """The guide wraps the list and the OpenAPI document does not."""
    asked = vendor(httpx2.Response(200, json=body))
    closed, open_ = await asked.client.list_batches(access)
    assert asked.asked[0].url.path == "/v2/ach/batches"
    assert (closed.batch_id, closed.status, closed.closed_at) == (
        47339,
        BatchStatus.CLOSED,
        datetime(2024, 4, 16, 22, 15, 37, tzinfo=UTC),
    )
    assert (closed.amount_withdrawals_minor, closed.count_withdrawals) == (7_999, 1)
    assert (closed.amount_deposits_minor, closed.count_deposits) == (0, 0)
    assert (closed.amount_reversed_minor, closed.count_reversed) == (1_000, 2)
    assert (closed.amount_refunded_minor, closed.count_refunded) == (525, 3)
    assert (open_.batch_id, open_.status, open_.closed_at) == (47340, BatchStatus.OPEN, None)
    assert open_.batch_reference == "ach-47340"


async def test_no_batches_yet_is_no_error(vendor, access):
    assert await vendor(httpx2.Response(204)).client.list_batches(access) == []


async def test_one_unreadable_batch_makes_the_answer_unreadable(vendor, access):
    """A batch without its id could be the one that has closed."""
    asked = vendor(httpx2.Response(200, json=[CLOSED, {"statusBatch": 2}]))
    with pytest.raises(VendorUnavailable):
        await asked.client.list_batches(access)
