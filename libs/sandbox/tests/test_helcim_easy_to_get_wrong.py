"""The vendor's side of the ten things that are easy to get wrong with it, each by its name; the client's side is in the
file of the same name beside the client. What a service makes of them is tested there.
"""

import re

import pytest

DAY = 86400


def put(shop, path: str, body=None, method: str = "PUT", key: str | None = None):
    return shop.call(method, path, body, **{"idempotency-key": key or shop.key()})


def statuses(shop, id: int) -> tuple[int, int, int]:
    row = shop.transaction(id)
    return row["statusAuth"], row["statusClearing"], row["statusBatch"]


@pytest.fixture
def body(shop):
    return shop.payer()


@pytest.fixture
def debit(shop, body) -> dict:
    return shop.withdraw(body).json()["transaction"]


def test_1_methods_withdraw_refund_void_settle_put_cancel_patch_and_a_get_that_mails(shop, body, debit) -> None:
    """POST is right for none of them, and reading nothing sends a mail."""
    paths = ["/ach/withdraw", f"/ach/batches/{debit['batchId']}/settle"]
    paths += [f"/ach/transactions/{debit['id']}/{how}" for how in ("refund", "void", "cancel")]
    assert [put(shop, path, {}, "POST").status_code for path in paths] == [405] * 5
    assert [put(shop, path, {}, "PATCH").status_code for path in paths] == [405] * 4 + [400]
    assert [put(shop, path, {}, "PUT").status_code for path in paths[-1:]] == [405]
    mails = len(shop.control.mails())
    for _ in range(2):
        shop.call("GET", f"/customers/{body['customerId']}/bank-accounts/request-new")
    assert len(shop.control.mails()) == mails + 2


def test_2_an_idempotency_key_lives_five_minutes_and_an_hour_later_it_debits_twice(shop, body) -> None:
    """A redelivered command under the same key is a new debit then."""
    key = shop.key()
    first = shop.withdraw(body, key).json()
    shop.control.advance(seconds=299)
    assert shop.withdraw(body, key).json() == first
    shop.control.advance(seconds=3301)
    assert shop.withdraw(body, key).json() != first
    assert [effect.times for effect in shop.control.effects(kind="withdraw")] == [1, 2]


def test_3_a_withdraw_without_a_usable_pad_succeeds_and_stays_pending_for_ever(shop) -> None:
    """200, and nothing ever follows."""
    answer = shop.withdraw(shop.payer(accepted=False))
    assert answer.status_code == 200
    shop.control.advance(seconds=120 * DAY)
    row = shop.transaction(answer.json()["transaction"]["id"])
    assert (row["statusAuth"], row["statusClearing"], row["batchId"]) == (5, 0, 0)


def test_4_void_cancel_and_refund_are_never_interchangeable_and_the_close_comes_between(shop, debit) -> None:
    """Void refused → read again → refund."""
    path = f"/ach/transactions/{debit['id']}"
    assert put(shop, f"{path}/cancel", method="PATCH").status_code == 400
    assert put(shop, f"{path}/refund", {"amount": 49.95}).status_code == 400
    shop.control.advance(seconds=DAY)
    assert put(shop, f"{path}/void").status_code == 400
    assert statuses(shop, debit["id"]) == (1, 0, 2)
    assert put(shop, f"{path}/refund", {"amount": 49.95}).status_code == 200


def test_5_a_refunds_own_id_is_only_in_a_sentence(shop, debit) -> None:
    """Which has the original's first; reading the new one confirms it."""
    shop.control.advance(seconds=DAY)
    answer = put(shop, f"/ach/transactions/{debit['id']}/refund", {"amount": 1}).json()
    assert list(answer) == ["message"]
    original, new = (int(number) for number in re.findall(r"#(\d+)", answer["message"]))
    assert (original, shop.transaction(new)["originalTransactionId"]) == (debit["id"], debit["id"])


def test_6_alpha_2_on_bank_account_create_alpha_3_elsewhere_ints_on_write_names_on_read(
    shop, body, canadian_account, address
) -> None:
    """Each the other way round is refused."""
    accounts = f"/customers/{body['customerId']}/bank-accounts"
    assert shop.call("POST", accounts, canadian_account | {"countryAlpha2": "CAN"}).status_code == 400
    assert shop.call("POST", accounts, canadian_account | {"accountType": "CHECKING"}).status_code == 400
    wrong = {"contactName": "Test", "billingAddress": address | {"country": "CA"}}
    assert shop.call("POST", "/customers", wrong).status_code == 400
    read = shop.call("GET", f"{accounts}/{body['bankAccountId']}").json()
    assert (read["address"]["country"], read["accountType"], read["accountCorporate"]) == (
        "CAN",
        "CHECKING",
        "PERSONAL",
    )


def test_7_cleared_can_still_be_followed_by_a_return(shop, debit) -> None:
    """Weeks later."""
    shop.control.advance(seconds=40 * DAY)
    assert statuses(shop, debit["id"]) == (1, 1, 2)
    shop.control.bank_answers(debit["id"], code="990")
    assert statuses(shop, debit["id"]) == (1, 4, 2)


def test_8_limits_are_shared_by_every_token_of_the_merchant(open_shop) -> None:
    """What one service spends, the other lacks."""
    names = ("admin", "withdraw-only", "refund", "read-only", "no-access")
    left = [
        open_shop(f"maple-books-{name}-token").call("GET", "/connection-test").headers["minute-limit-remaining"]
        for name in names
    ]
    assert left == ["99", "98", "97", "96", "95"]


def test_9_no_date_is_a_date_of_zeros(shop, body, debit) -> None:
    """Neither null nor absent."""
    zero = "0000-00-00 00:00:00"
    assert debit["dateClosed"] == zero
    (pad,) = shop.pads(body["customerId"])
    assert (pad["dateRevoked"], shop.call("GET", "/ach/batches").json()["batches"][0]["dateClosed"]) == (zero, zero)
    account = shop.call("GET", f"/customers/{body['customerId']}/bank-accounts/{body['bankAccountId']}").json()
    assert account["dateVerified"] == zero


def test_10_customer_and_bank_account_writes_have_no_idempotency(shop, canadian_account) -> None:
    """A key changes nothing: twice sent is twice made, unless the customer's code says that it is the same."""
    key = shop.key()
    ids = {put(shop, "/customers", {"contactName": "Jo"}, "POST", key).json()["id"] for _ in range(2)}
    assert len(ids) == 2
    codes = [
        put(shop, "/customers", {"contactName": "Jo", "customerCode": "c-1"}, "POST", key).status_code for _ in range(2)
    ]
    assert codes == [200, 400]
    customer = shop.customer()
    for _ in range(2):
        put(shop, f"/customers/{customer}/bank-accounts", canadian_account, "POST", key)
    accounts = shop.call("GET", f"/customers/{customer}/bank-accounts").json()
    assert len(accounts) == 2
    assert len({account["bankToken"] for account in accounts}) == 2
