"""From the close of a batch to cleared rows, by the banking days of each country."""

from datetime import UTC, datetime, timedelta

import pytest
from bankrails_sandbox import AMERICAN_MERCHANT, CANADIAN_MERCHANT, Assumptions, HelcimConfig, Merchant

SECOND = timedelta(seconds=1)


def clearing(shop, id: int) -> int:
    return shop.transaction(id)["statusClearing"]


def as_merchant(shop, merchant: Merchant) -> None:
    shop.http.headers["api-token"] = merchant.tokens[0].value
    shop.canadian = merchant is CANADIAN_MERCHANT


def cleared_at(shop) -> list[datetime]:
    return [effect.at for effect in shop.control.effects(kind="clear")]


def test_a_row_clears_three_banking_days_after_the_close(fresh_shop) -> None:
    """Closed on Friday at 17:00, cleared on Wednesday at 09:00, found by the filter that a sweep uses."""
    shop = fresh_shop()
    body = shop.payer()
    id = shop.withdraw(body).json()["transaction"]["id"]
    wednesday = datetime(2024, 3, 20, 13, 0, tzinfo=UTC)
    shop.control.advance(to=wednesday - SECOND)
    assert clearing(shop, id) == 0
    assert [row["id"] for row in shop.call("GET", "/ach/transactions?statusClearing=OPENED").json()] == [id]
    shop.control.advance(seconds=1)
    row = shop.transaction(id)
    assert (row["statusAuth"], row["statusClearing"], row["statusBatch"]) == (1, 1, 2)
    assert [row["id"] for row in shop.call("GET", "/ach/transactions?statusClearing=CLEARED").json()] == [id]
    (effect,) = shop.control.effects(kind="clear")
    assert (effect.id, effect.at, effect.amount_minor, effect.times) == (id, wednesday, 4995, 1)


@pytest.mark.parametrize(
    ("merchant", "opened", "expected"),
    [
        (CANADIAN_MERCHANT, datetime(2024, 3, 28, 16, 0, tzinfo=UTC), datetime(2024, 4, 3, 13, 0, tzinfo=UTC)),
        (AMERICAN_MERCHANT, datetime(2024, 3, 28, 16, 0, tzinfo=UTC), datetime(2024, 4, 2, 13, 0, tzinfo=UTC)),
        (AMERICAN_MERCHANT, datetime(2024, 7, 3, 16, 0, tzinfo=UTC), datetime(2024, 7, 9, 13, 0, tzinfo=UTC)),
        (CANADIAN_MERCHANT, datetime(2024, 10, 31, 16, 0, tzinfo=UTC), datetime(2024, 11, 5, 14, 0, tzinfo=UTC)),
    ],
    ids=["good-friday-ca", "good-friday-us", "independence-day", "end-of-daylight-time"],
)
def test_holidays_and_zones_are_those_of_the_country(fresh_shop, merchant, opened, expected) -> None:
    """One instant, two calendars."""
    shop = fresh_shop(HelcimConfig())
    as_merchant(shop, merchant)
    shop.control.advance(to=opened)
    shop.withdraw(shop.payer())
    shop.control.advance(seconds=14 * 86400)
    assert cleared_at(shop) == [expected]


def test_declined_and_pending_rows_never_clear(fresh_shop) -> None:
    """Only what is approved goes to a bank."""
    shop = fresh_shop()
    declined = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    pending = shop.withdraw(shop.payer(accepted=False)).json()["transaction"]["id"]
    shop.control.decline(declined)
    shop.control.advance(seconds=90 * 86400)
    assert (clearing(shop, declined), clearing(shop, pending), cleared_at(shop)) == (0, 0, [])


def test_a_developer_account_never_settles(fresh_shop) -> None:
    """Its batches close, and the funding is held."""
    shop = fresh_shop(test_account=True)
    id = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    shop.control.advance(seconds=90 * 86400)
    assert (shop.transaction(id)["statusBatch"], clearing(shop, id)) == (2, 0)


def test_an_early_settlement_clears_early(fresh_shop) -> None:
    """Counted from the real close: Thursday evening instead of Friday."""
    shop = fresh_shop()
    batch_id = shop.withdraw(shop.payer()).json()["transaction"]["batchId"]
    shop.call("PUT", f"/ach/batches/{batch_id}/settle", **{"idempotency-key": shop.key()})
    shop.control.advance(seconds=14 * 86400)
    assert cleared_at(shop) == [datetime(2024, 3, 19, 13, 0, tzinfo=UTC)]


def test_times_can_be_switched(fresh_shop) -> None:
    """The number of days is from merchant help, the hour from nowhere."""
    given = Assumptions(clearing_banking_days=1, clearing_time="11:30", closed_days_ca=("2024-03-18",))
    shop = fresh_shop(HelcimConfig(assumptions=given))
    shop.withdraw(shop.payer())
    shop.control.advance(seconds=14 * 86400)
    assert cleared_at(shop) == [datetime(2024, 3, 19, 15, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    "wrong",
    [{"clearing_time": "9"}, {"return_time": "25:00"}, {"closed_days_us": ("x",)}, {"clearing_banking_days": -1}],
)
def test_a_wrong_assumption_does_not_start(wrong) -> None:
    """Rather than never clear."""
    with pytest.raises(ValueError):  # noqa: PT011 - Python's own words for a time or date
        Assumptions(**wrong)


def test_after_a_long_jump_everything_happened_in_its_order(fresh_shop) -> None:
    """At both merchants together: the record is as if somebody had been there at every instant."""
    shop = fresh_shop(HelcimConfig())
    bodies = []
    for merchant in (CANADIAN_MERCHANT, AMERICAN_MERCHANT):
        as_merchant(shop, merchant)
        bodies.append((merchant, shop.payer()))
    for _ in range(3):
        for merchant, body in bodies:
            as_merchant(shop, merchant)
            shop.withdraw(body)
        shop.control.jump(seconds=2 * 86400)
    shop.control.jump(seconds=30 * 86400)
    effects = shop.control.effects()
    assert sorted(effects, key=lambda effect: effect.at) == list(effects)
    kinds = [effect.kind for effect in effects]
    assert kinds.count("clear") == kinds.count("close-batch") == 6
