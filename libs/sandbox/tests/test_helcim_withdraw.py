"""`PUT /ach/withdraw`: order of checks, bad inputs, what becomes of a row (Helcim guide: ACH Payment API)."""

from datetime import UTC, datetime

import pytest
from bankrails_sandbox import Assumptions, ControlRefused, HelcimConfig

WRONG_COUNTRY = {"message": "Invalid payload: bank account country is invalid"}


def message(answer) -> str:
    assert (answer.status_code, list(answer.json())) == (400, ["message"]), answer.text
    return answer.json()["message"]


@pytest.mark.parametrize("field", ["bankAccountId", "customerId", "amount", "currencyId"])
def test_a_missing_field_is_named(shop, field: str) -> None:
    """Null is missing too."""
    body = shop.payer()
    assert message(shop.withdraw(body | {field: None})) == f"Invalid payload: {field} is required"
    del body[field]
    assert message(shop.withdraw(body)) == f"Invalid payload: {field} is required"


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        *(
            ("amount", raw)
            for raw in ("0", "-1", "0.001", "10.005", '"10"', "true", "[]", "1e30", "1e999999999", "1e-9")
        ),
        *(("amount", raw) for raw in ("25000.01", "-0.0")),
        *(("currencyId", raw) for raw in ("0", "3", '"1"', "1.0", "true")),
        *(("bankAccountId", raw) for raw in ("0", "-1", '"41992"', "1.5", "9223372036854775808")),
        *(("customerId", raw) for raw in ("false", "{}")),
        *(("orderId", raw) for raw in ('"my-reference"', "0", "1.5")),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_made(shop, field: str, raw: str) -> None:
    """Numbers in every shape that a caller in a hurry could send."""
    body = shop.payer()
    body.pop(field, None)
    rest = ", ".join(f'"{name}": {value}' for name, value in body.items())
    content = f'{{"{field}": {raw}, {rest}}}'
    answer = shop.http.put("/ach/withdraw", content=content, headers={"idempotency-key": shop.key()})
    assert message(answer).startswith(f"Invalid payload: {field} is")
    assert shop.debits() == 0


@pytest.mark.parametrize(
    "raw",
    [
        '{"amount": NaN}',
        '{"amount": Infinity}',
        "{",
        "[1, 2]",
        '"text"',
        "",
        "\xff",
        "[" * 20000,
        "[" * 500 + "]" * 500,
    ],
)
def test_what_is_not_a_json_object_is_refused(shop, raw: str) -> None:
    """In shape D on this path."""
    answer = shop.http.put("/ach/withdraw", content=raw.encode("latin-1"), headers={"idempotency-key": shop.key()})
    assert message(answer).startswith("Invalid payload: ")


def test_a_body_far_too_long_is_refused(shop) -> None:
    """The sandbox does not hold a stray upload in memory."""
    answer = shop.http.put("/ach/withdraw", content=b" " * 100_000, headers={"idempotency-key": shop.key()})
    assert message(answer) == "Invalid payload: too long"


@pytest.mark.parametrize(
    ("raw", "printed"),
    [("10", "10"), ("10.00", "10"), ("49.95", "49.95"), ("0.01", "0.01"), ("1e2", "100"), ("25000", "25000")],
)
def test_amounts_are_exact_to_the_cent(shop, raw: str, printed: str) -> None:
    """Printed as the vendor does: a bare 10, and never 49.949999."""
    body = shop.payer()
    ids = f'"bankAccountId": {body["bankAccountId"]}, "customerId": {body["customerId"]}'
    content = f'{{"amount": {raw}, {ids}, "currencyId": 1}}'
    answer = shop.http.put("/ach/withdraw", content=content, headers={"idempotency-key": shop.key()})
    assert f'"amount":{printed},' in answer.text


def test_the_wrong_currency_is_told_as_a_wrong_country(shop, american_shop) -> None:
    """Word for word: do not key on the word currency."""
    assert shop.withdraw(shop.payer() | {"currencyId": 2}).json() == WRONG_COUNTRY
    assert american_shop.withdraw(american_shop.payer() | {"currencyId": 1}).json() == WRONG_COUNTRY
    assert american_shop.withdraw(american_shop.payer()).json()["transaction"]["currency"] == 2


def test_the_account_must_belong_to_the_customer(shop) -> None:
    """And both must exist."""
    one, other = shop.payer(), shop.payer()
    assert "bank account" in message(shop.withdraw(one | {"bankAccountId": other["bankAccountId"]}))
    assert "bank account" in message(shop.withdraw(one | {"bankAccountId": 1}))
    assert "customer" in message(shop.withdraw(one | {"customerId": 1}))
    assert shop.debits() == 0


def test_a_deleted_account_cannot_be_debited(shop) -> None:
    """Though its rows remain."""
    body = shop.payer()
    id = shop.withdraw(body).json()["transaction"]["id"]
    shop.call("DELETE", f"/customers/{body['customerId']}/bank-accounts/{body['bankAccountId']}")
    assert "deleted" in message(shop.withdraw(body))
    assert shop.transaction(id)["statusAuth"] == 1


def test_without_an_approved_deposit_account_every_withdraw_fails(shop, control) -> None:
    """Production and developer accounts alike; told after the payload's form and before its content."""
    body = shop.payer()
    control.switch_merchant("maple-books", deposit_account_approved=False)
    assert "deposit" in message(shop.withdraw(body))
    assert "deposit" in message(shop.withdraw(body | {"customerId": 1, "currencyId": 2}))
    assert "amount" in message(shop.withdraw(body | {"amount": 0}))


def test_an_accepted_pad_makes_an_approved_row_in_the_open_batch(shop) -> None:
    """Row A of the state table; all rows of a day share a batch."""
    body = shop.payer()
    one, other = (shop.withdraw(body).json()["transaction"] for _ in range(2))
    assert (one["statusAuth"], one["statusClearing"], one["statusBatch"]) == (1, 0, 1)
    assert one["batchId"] == other["batchId"] > 0
    assert one["id"] != other["id"]


def test_without_a_pad_it_succeeds_and_waits(shop) -> None:
    """Not an error: 200 and pending, for ever if need be."""
    answer = shop.withdraw(shop.payer(accepted=False))
    row = answer.json()["transaction"]
    assert (answer.status_code, row["statusAuth"], row["batchId"], row["statusBatch"]) == (200, 5, 0, 1)


def test_an_order_id_is_kept(shop) -> None:
    """It is an invoice's id, not a reference of the caller's."""
    id = shop.withdraw(shop.payer() | {"orderId": 37281729}).json()["transaction"]["id"]
    assert (shop.transaction(id)["orderId"], shop.transaction(id)["invoiceNumber"]) == (37281729, "INV37281729")


def test_an_unknown_transaction_is_400(shop) -> None:
    """No 404 is declared anywhere under /ach."""
    for id in ("1", "0", "abc", "9" * 30):
        message(shop.call("GET", f"/ach/transactions/{id}"))


def test_the_bank_may_decline_a_pending_or_an_approved_row(shop, control) -> None:
    """Into state D, from P and from A, and not out of it again."""
    for body in (shop.payer(accepted=False), shop.payer()):
        id = shop.withdraw(body).json()["transaction"]["id"]
        control.decline(id)
        assert shop.transaction(id)["statusAuth"] == 2
        with pytest.raises(ControlRefused, match="final"):
            control.decline(id)


def test_a_declined_row_is_not_revived_by_the_pad(shop, control) -> None:
    """Final is final."""
    body = shop.payer(accepted=False)
    id = shop.withdraw(body).json()["transaction"]["id"]
    control.decline(id)
    control.accept_pad(shop.pads(body["customerId"])[0]["id"])
    assert shop.transaction(id)["statusAuth"] == 2


@pytest.fixture
def toronto(fresh_shop):
    """A merchant in Toronto, where it is 18:51 at the start."""
    return fresh_shop()


def test_the_batch_closes_at_17_00_of_the_merchants_wall_clock(toronto) -> None:
    """Not a second before; dated then, in Mountain Time, however late anybody looks."""
    id = toronto.withdraw(toronto.payer()).json()["transaction"]["id"]
    toronto.control.advance(to=datetime(2024, 3, 15, 20, 59, 59, tzinfo=UTC))
    assert toronto.transaction(id)["statusBatch"] == 1
    toronto.control.advance(seconds=3600)
    closed = toronto.transaction(id)
    assert (closed["statusBatch"], closed["dateClosed"]) == (2, "2024-03-15 15:00:00")
    assert (closed["statusAuth"], closed["statusClearing"]) == (1, 0)
    with pytest.raises(ControlRefused, match="closed batch"):
        toronto.control.decline(id)


def test_17_00_stays_17_00_when_the_clocks_change(toronto) -> None:
    """On 3 November 2024 Toronto leaves daylight time: 21:00 UTC becomes 22:00."""
    toronto.control.advance(to=datetime(2024, 11, 3, 4, 0, tzinfo=UTC))
    id = toronto.withdraw(toronto.payer()).json()["transaction"]["id"]
    toronto.control.advance(to=datetime(2024, 11, 3, 21, 59, 59, tzinfo=UTC))
    assert toronto.transaction(id)["statusBatch"] == 1
    toronto.control.advance(seconds=1)
    assert toronto.transaction(id)["statusBatch"] == 2


def test_a_new_batch_opens_with_the_first_row_after_a_close(toronto) -> None:
    """A row made at the instant of the close belongs to the next day."""
    body = toronto.payer()
    toronto.control.advance(to=datetime(2024, 3, 15, 20, 0, tzinfo=UTC))
    first = toronto.withdraw(body).json()["transaction"]["batchId"]
    toronto.control.advance(to=datetime(2024, 3, 15, 21, 0, tzinfo=UTC))
    row = toronto.withdraw(body).json()["transaction"]
    assert (row["batchId"], row["statusBatch"]) == (first + 1, 1)
    (close,) = toronto.control.effects(kind="close-batch")
    assert (close.id, close.at) == (first, datetime(2024, 3, 15, 21, 0, tzinfo=UTC))


def test_a_pending_row_enters_no_batch_at_the_close(toronto) -> None:
    """It joins the batch that is open when its PAD is accepted."""
    body = toronto.payer(accepted=False)
    id = toronto.withdraw(body).json()["transaction"]["id"]
    toronto.control.advance(seconds=3 * 86400)
    assert (toronto.transaction(id)["batchId"], toronto.transaction(id)["statusBatch"]) == (0, 1)
    toronto.control.accept_pad(toronto.pads(body["customerId"])[0]["id"])
    assert (toronto.transaction(id)["batchId"] > 0, toronto.transaction(id)["statusBatch"]) == (True, 1)


def test_hour_zone_and_cap_can_be_switched(fresh_shop) -> None:
    """The merchant help names 15:45 Mountain Time instead, and the cap is from merchant help too."""
    assumptions = Assumptions(batch_close_time="15:45", amount_minor_max=None, timestamps_zone="UTC")
    shop = fresh_shop(HelcimConfig(assumptions=assumptions))
    id = shop.withdraw(shop.payer() | {"amount": 99999.99}).json()["transaction"]["id"]
    shop.control.advance(seconds=86400)
    assert shop.transaction(id)["dateClosed"] == "2024-03-15 19:45:00"
