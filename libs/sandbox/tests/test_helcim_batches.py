"""`GET /ach/batches` and `PUT /ach/batches/{id}/settle` (Helcim guide: ACH Payment API; Helcim OpenAPI)."""

from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest
from bankrails_sandbox import Assumptions, FaultKind, HelcimConfig, Moment

CLOSE = datetime(2024, 3, 15, 21, 0, tzinfo=UTC)


@pytest.fixture
def shop(fresh_shop):
    """Alone in its process, so that dates and batch ids are known."""
    return fresh_shop()


def batches(shop) -> list[dict]:
    answer = shop.call("GET", "/ach/batches")
    assert (answer.status_code, list(answer.json())) == (200, ["batches"])
    return answer.json()["batches"]


def settle(shop, id: object, key: str | None = None, method: str = "PUT") -> httpx.Response:
    return shop.call(method, f"/ach/batches/{id}/settle", **{"idempotency-key": key or shop.key()})


def test_a_batch_tells_what_is_in_it(shop) -> None:
    """Cents are added as cents; a declined row is in no total, a pending one in no batch."""
    assert batches(shop) == []
    body = shop.payer()
    shop.withdraw(body | {"amount": 0.1})
    shop.withdraw(body | {"amount": 0.2})
    shop.control.decline(shop.withdraw(body | {"amount": 7}).json()["transaction"]["id"])
    shop.withdraw(shop.payer(accepted=False))
    (batch,) = batches(shop)
    assert (batch["amountWithdrawals"], batch["countWithdrawals"]) == (0.3, 2)
    assert (batch["statusBatch"], batch["dateClosed"]) == (1, "0000-00-00 00:00:00")
    assert not any(batch[f"{what}{of}"] for what in ("amount", "count") for of in ("Deposits", "Reversed", "Refunded"))


def test_all_batches_are_listed_newest_first(shop) -> None:
    """One for each day with a debit, without pages; closed ones stay."""
    body = shop.payer()
    for _ in range(3):
        shop.withdraw(body)
        shop.control.advance(seconds=86400)
    shop.withdraw(body)
    listed = batches(shop)
    assert [batch["statusBatch"] for batch in listed] == [1, 2, 2, 2]
    assert [batch["batchId"] for batch in listed] == [47342, 47341, 47340, 47339]
    assert [batch["dateClosed"] for batch in listed[1:]] == [f"2024-03-{day} 15:00:00" for day in (17, 16, 15)]


def test_a_merchant_sees_and_settles_its_own_batches_only(sandbox, open_shop) -> None:
    """The token selects the books."""
    canadian, american = open_shop("maple-books-admin-token"), open_shop("liberty-books-admin-token")
    id = canadian.withdraw(canadian.payer()).json()["transaction"]["batchId"]
    assert batches(american) == []
    assert settle(american, id).status_code == 400
    assert batches(canadian)[0]["statusBatch"] == 1


def test_settling_closes_a_batch_before_its_time(shop) -> None:
    """The sentence is the vendor's. The row is dated by the real close, and the next one opens another batch."""
    body = shop.payer()
    row = shop.withdraw(body).json()["transaction"]
    answer = settle(shop, row["batchId"])
    assert answer.status_code == 200
    assert answer.json() == {"message": f"Successfully settled ACH batch ID #{row['batchId']}."}
    closed = shop.transaction(row["id"])
    assert (closed["statusBatch"], closed["dateClosed"], closed["statusClearing"]) == (2, "2024-03-14 16:51:38", 0)
    assert shop.withdraw(body).json()["transaction"]["batchId"] == row["batchId"] + 1
    shop.control.advance(to=CLOSE + timedelta(days=1))
    closes = shop.control.effects(kind="close-batch")
    assert [(close.id - row["batchId"], close.at) for close in closes] == [
        (0, datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)),
        (1, CLOSE),
    ]


def test_what_cannot_be_settled_is_refused(shop) -> None:
    """400 in shape D, and nothing is closed."""
    body = shop.payer()
    row = shop.withdraw(body).json()["transaction"]
    shop.control.decline(row["id"])
    for id in (row["batchId"], 1, "x"):
        answer = settle(shop, id)
        assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert shop.control.effects(kind="close-batch") == ()
    shop.withdraw(body)
    assert [settle(shop, row["batchId"]).status_code for _ in range(2)] == [200, 400]
    assert len(shop.control.effects(kind="close-batch")) == 1


def test_a_repeat_of_the_key_gets_the_first_answer(shop) -> None:
    """Settling moves money on: an answer lost on the way must not be a second settlement."""
    id = shop.withdraw(shop.payer()).json()["transaction"]["batchId"]
    key = shop.key()
    shop.control.fault(FaultKind.CUT, operation="settle-batch", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(httpx.TransportError):
        settle(shop, id, key)
    assert settle(shop, id, key).status_code == 200
    assert settle(shop, id + 1, key).status_code == 409
    (close,) = shop.control.effects(kind="close-batch")
    assert (close.idempotency_key, close.times, len(close.call_ids)) == (key, 1, 2)


def test_who_may_settle(open_shop) -> None:
    """Processing Positive and above; reading takes Auth. The method is PUT, and the key is asked for."""
    admin = open_shop("maple-books-admin-token")
    id = admin.withdraw(admin.payer()).json()["transaction"]["batchId"]
    assert settle(open_shop("maple-books-read-only-token"), id).status_code == 403
    assert open_shop("maple-books-no-access-token").call("GET", "/ach/batches").status_code == 403
    assert len(batches(open_shop("maple-books-read-only-token"))) == 1
    assert settle(admin, id, method="POST").status_code == 405
    assert admin.call("PUT", f"/ach/batches/{id}/settle").status_code == 400
    assert settle(open_shop("maple-books-withdraw-only-token"), id, admin.key()).status_code == 200


def test_shapes_and_rules_can_be_switched(fresh_shop) -> None:
    """Where the sources contradict each other or are silent."""
    assumptions = Assumptions(
        wrap_batches=False, batch_reference_field=False, settle_empty_batch=True, close_on_banking_days_only=True
    )
    shop = fresh_shop(HelcimConfig(assumptions=assumptions))
    body = shop.payer()
    shop.control.advance(to=CLOSE)
    row = shop.withdraw(body).json()["transaction"]
    shop.control.decline(row["id"])
    (batch,) = shop.call("GET", "/ach/batches").json()
    assert "batchReference" not in batch
    assert settle(shop, row["batchId"]).status_code == 200
    friday_evening = shop.withdraw(body).json()["transaction"]["id"]
    shop.control.advance(seconds=3 * 86400 - 1)
    assert shop.transaction(friday_evening)["statusBatch"] == 1
    shop.control.advance(seconds=1)
    assert shop.transaction(friday_evening)["statusBatch"] == 2


def test_the_totals_of_an_open_batch_follow_its_rows(shop) -> None:
    """Read before and after each change, since a sweep reads them again and again."""

    def totals() -> tuple[float, int, float, int]:
        (batch,) = shop.call("GET", "/ach/batches").json()["batches"]
        return tuple(
            batch[name] for name in ("amountWithdrawals", "countWithdrawals", "amountReversed", "countReversed")
        )

    body = shop.payer()
    first = shop.withdraw(body).json()["transaction"]["id"]
    assert totals() == (49.95, 1, 0, 0)
    shop.withdraw(body | {"amount": 20})
    assert totals() == (69.95, 2, 0, 0)
    shop.call("PUT", f"/ach/transactions/{first}/void", **{"idempotency-key": shop.key()})
    assert totals() == (20, 1, 49.95, 1)
