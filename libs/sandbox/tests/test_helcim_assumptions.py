"""Each assumption about what the vendor does not say can be switched: both readings are served, and a client meets both."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bankrails_sandbox import (
    CANADIAN_MERCHANT,
    Assumptions,
    BankAnswerKind,
    FaultKind,
    General,
    HelcimConfig,
    Limits,
    Moment,
    Processing,
    Token,
)

DAY = 86400
KEY = "k" * 25


@pytest.fixture
def having(fresh_shop):
    """`having(field=value, …)`: a shop at a vendor with these assumptions."""

    def build(*, limits: Limits | None = None, tokens: tuple[Token, ...] = (), **given):
        merchant = dataclasses.replace(CANADIAN_MERCHANT, tokens=(*CANADIAN_MERCHANT.tokens, *tokens))
        return fresh_shop(HelcimConfig((merchant,), limits or Limits(), Assumptions(**given)))

    return build


def put(shop, path: str, body=None, *, key: str | None = None, token: str | None = None, method: str = "PUT"):
    headers = {"idempotency-key": key or shop.key()} | ({"api-token": token} if token else {})
    return shop.call(method, path, body, **headers)


def debit(shop, **fields) -> int:
    return shop.withdraw(shop.payer() | fields).json()["transaction"]["id"]


def closed(shop) -> int:
    id = debit(shop)
    shop.control.advance(seconds=DAY)
    return id


def refund(shop, id: int, amount: float):
    return put(shop, f"/ach/transactions/{id}/refund", {"amount": amount})


def batches(shop) -> list[dict]:
    return shop.call("GET", "/ach/batches").json()["batches"]


def test_every_assumption_is_switched_by_a_test() -> None:
    """Here or in the file of its subject."""
    tested = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_helcim_*.py"))
    assert [field.name for field in dataclasses.fields(Assumptions) if field.name not in tested] == []


@pytest.mark.parametrize(
    ("needs", "method", "path"),
    [
        ("settle_needs", "PUT", "/ach/batches/1/settle"),
        ("void_needs", "PUT", "/ach/transactions/1/void"),
        ("cancel_needs", "PATCH", "/ach/transactions/1/cancel"),
        ("ach_reads_need", "GET", "/ach/transactions"),
    ],
)
def test_what_a_call_needs(having, needs: str, method: str, path: str) -> None:
    """One level decides, whichever it is."""
    for level in (Processing.AUTH, Processing.ADMIN):
        given = {needs: level}
        low = Token("low", "low-token", processing=Processing(level - 1))
        enough = Token("enough", "enough-token", processing=level)
        shop = having(tokens=(low, enough), **given)
        assert put(shop, path, token="low-token", method=method).status_code == 403
        assert put(shop, path, token="enough-token", method=method).status_code != 403


def test_reading_may_be_enough_to_send_mail(having) -> None:
    """A GET, after all."""
    shop = having(request_new_needs=General.READ)
    answer = shop.call(
        "GET", f"/customers/{shop.customer()}/bank-accounts/request-new", **{"api-token": "maple-books-refund-token"}
    )
    assert answer.status_code == 200


def test_two_calls_in_flight_under_one_key(having) -> None:
    """By another number."""
    shop = having(key_in_flight_status=425)
    body = shop.payer()
    shop.control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shop.withdraw, body, KEY)
        shop.control.wait_until_held()
        assert shop.withdraw(body, KEY).status_code == 425
        shop.control.release()
        assert first.result().status_code == 200


@pytest.mark.parametrize(("kept", "debits"), [(False, 2), (True, 1)])
def test_a_key_whose_debit_was_answered_500_is_forgotten_or_kept(having, kept: bool, debits: int) -> None:
    """Only successes are documented to be answered again: the debit is there, and a repeat is another."""
    shop = having(failed_answer_keeps_key=kept)
    shop.control.fault(FaultKind.STATUS, status=500, moment=Moment.AFTER_EFFECT, operation="withdraw", times=1)
    body = shop.payer()
    assert [put(shop, "/ach/withdraw", body, key=KEY).status_code for _ in range(2)] == [500, 200]
    assert shop.debits() == debits


def test_each_token_has_keys_of_its_own(having) -> None:
    """Then one key makes two debits within its life."""
    shop = having(key_per_token=True)
    body = shop.payer()
    ids = {
        put(shop, "/ach/withdraw", body, key=KEY, token=token).json()["transaction"]["id"]
        for token in ("maple-books-admin-token", "maple-books-withdraw-only-token")
    }
    assert len(ids) == 2


def test_payloads_are_compared_byte_by_byte(having) -> None:
    """A space is a conflict then."""
    shop = having(key_compares_bytes=True)
    ids = [f'"{name}": {value}' for name, value in shop.payer().items()]
    answers = [
        shop.http.put("/ach/withdraw", content="{" + text + "}", headers={"idempotency-key": KEY}).status_code
        for text in (", ".join(ids), ",  ".join(ids), ", ".join(ids))
    ]
    assert answers == [200, 409, 200]


def test_the_words_about_a_bad_key(having) -> None:
    shop = having(bad_key_text="Key, please.")
    assert shop.call("PUT", "/ach/withdraw", {}).json() == {"message": "Key, please."}


def test_a_429_that_says_how_long_and_in_other_words(having) -> None:
    """Until a window has room, in virtual seconds."""
    shop = having(retry_after=True, too_many_requests_text="Slow down", limits=Limits(per_minute=1))
    assert "retry-after" not in shop.call("GET", "/connection-test").headers
    shop.control.advance(seconds=20)
    answer = shop.call("GET", "/connection-test")
    assert (answer.status_code, answer.json()) == (429, {"errors": "Slow down"})
    assert answer.headers["retry-after"] == "40"


def test_the_number_of_an_unknown_customer(having) -> None:
    assert having(unknown_customer_status=400).call("GET", "/customers/1").status_code == 400


def test_a_taken_code_told_as_text(having) -> None:
    shop = having(duplicate_code_by_field=False)
    shop.customer(customerCode="taken")
    answer = shop.call("POST", "/customers", {"customerCode": "taken", "contactName": "Again"})
    assert (answer.status_code, answer.json()) == (400, {"errors": ["Customer code already exists"]})


def test_an_update_that_empties_what_it_leaves_out(having) -> None:
    """The code stays in any case."""
    shop = having(update_customer_replaces=True)
    id = shop.customer(cellPhone="4035550123")
    changed = shop.call("PUT", f"/customers/{id}", {"businessName": "Zoo Ltd"}).json()
    assert (changed["contactName"], changed["cellPhone"], changed["billingAddress"]["email"]) == ("", "", "")
    assert changed["customerCode"].startswith("CST")


def test_an_account_that_stays_though_nobody_could_be_mailed(having, canadian_account) -> None:
    shop = having(account_kept_without_email=True)
    id = shop.call("POST", "/customers", {"contactName": "No Mail"}).json()["id"]
    assert shop.call("POST", f"/customers/{id}/bank-accounts", canadian_account).status_code == 400
    assert len(shop.call("GET", f"/customers/{id}/bank-accounts").json()) == 1
    assert shop.control.mails() == ()


def pad_path(shop, body) -> str:
    pad = shop.pads(body["customerId"])[-1]["id"]
    return f"/customers/{body['customerId']}/bank-accounts/{body['bankAccountId']}/pads/{pad}"


def test_a_pad_with_an_unknown_field(having) -> None:
    shop = having(unknown_pad_fields_refused=True)
    path = pad_path(shop, shop.payer())
    assert shop.call("PUT", path, {"status": 2, "colour": "red"}).status_code == 400
    assert shop.call("PUT", path, {"status": 2}).status_code == 200


def test_the_impossible_pad_as_it_was_written(having) -> None:
    shop = having(impossible_pad_kept=True)
    pad = shop.call("PUT", pad_path(shop, shop.payer()), {"accepted": 0, "status": 1}).json()["pad"]
    assert (pad["accepted"], pad["status"]) == (0, 1)


def test_two_active_pads_of_one_account(having) -> None:
    """Asked for again while the first is not accepted, and then both are."""
    for given, status in (({}, 400), ({"one_active_pad": False}, 200)):
        shop = having(**given)
        body = shop.payer()
        first = pad_path(shop, body)
        shop.call("PUT", first, {"status": 2})
        shop.call("GET", f"/customers/{body['customerId']}/bank-accounts/request-new")
        shop.call("PUT", first, {"status": 1})
        answer = shop.call("PUT", pad_path(shop, body), {"accepted": 1, "status": 1})
        assert answer.status_code == status
        account = shop.call("GET", f"/customers/{body['customerId']}/bank-accounts/{body['bankAccountId']}").json()
        assert account["ready"] == 1


@pytest.mark.parametrize(("given", "auth"), [({}, 5), ({"revocation_cancels_pending": True}, 4)])
def test_a_revocation_and_what_waits(having, given, auth: int) -> None:
    """Nothing waits on an account with an active PAD, unless the account was deleted in the meantime."""
    shop = having(**given)
    body = shop.payer(accepted=False)
    id = shop.withdraw(body).json()["transaction"]["id"]
    pad = shop.pads(body["customerId"])[0]["id"]
    shop.call("DELETE", f"/customers/{body['customerId']}/bank-accounts/{body['bankAccountId']}")
    shop.control.accept_pad(pad)
    assert shop.transaction(id)["statusAuth"] == 5
    shop.control.revoke_pad(pad)
    assert shop.transaction(id)["statusAuth"] == auth


def test_part_of_a_cent_that_is_rounded(having) -> None:
    """Half upwards; and what rounds to nothing is nothing."""
    shop = having(third_decimal_refused=False)
    assert shop.withdraw(shop.payer() | {"amount": 10.005}).json()["transaction"]["amount"] == 10.01
    assert shop.withdraw(shop.payer() | {"amount": 0.004}).status_code == 400


def test_a_deleted_account_that_is_debited_all_the_same(having) -> None:
    shop = having(deleted_account_refused=False)
    body = shop.payer()
    shop.call("DELETE", f"/customers/{body['customerId']}/bank-accounts/{body['bankAccountId']}")
    assert shop.withdraw(body).status_code == 200


def test_refunds_in_full_only(having) -> None:
    shop = having(partial_refunds=False)
    id = closed(shop)
    assert [refund(shop, id, amount).status_code for amount in (49.94, 49.95)] == [400, 200]


def test_refunds_that_exceed_the_original_together(having) -> None:
    """Each by itself does not: what somebody must hold back who does not want to pay twice."""
    shop = having(refunds_capped_together=False)
    id = closed(shop)
    assert [refund(shop, id, amount).status_code for amount in (40, 40, 49.96)] == [200, 200, 400]


def test_a_refund_of_what_came_back(having) -> None:
    """A loss, twice."""
    shop = having(refund_of_returned=True)
    id = closed(shop)
    shop.control.bank_answers(id, BankAnswerKind.RETURN)
    assert refund(shop, id, 1).status_code == 200


def test_a_refund_of_a_refund(having) -> None:
    shop = having(refund_of_any_type=True)
    refund(shop, closed(shop), 10)
    id = shop.call("GET", "/ach/transactions").json()[0]["id"]
    shop.control.advance(seconds=DAY)
    assert refund(shop, id, 10).status_code == 200


def test_a_refund_that_cannot_be_voided(having) -> None:
    shop = having(void_of_refund=False)
    refund(shop, closed(shop), 10)
    id = shop.call("GET", "/ach/transactions").json()[0]["id"]
    assert put(shop, f"/ach/transactions/{id}/void").status_code == 400


def test_a_row_in_progress_that_can_be_cancelled(having) -> None:
    shop = having(in_progress_cancels=True)
    id = shop.withdraw(shop.payer(accepted=False)).json()["transaction"]["id"]
    shop.control.take_in_hand(id)
    assert put(shop, f"/ach/transactions/{id}/cancel", method="PATCH").status_code == 200


def test_a_batch_that_opens_when_the_last_one_closes(having) -> None:
    """Empty, and closed again a day later."""
    shop = having(opens_with_transaction=False)
    closed(shop)
    shop.control.advance(seconds=2 * DAY)
    assert [(each["statusBatch"], each["countWithdrawals"]) for each in batches(shop)] == [
        (1, 0),
        (2, 0),
        (2, 0),
        (2, 1),
    ]


@pytest.mark.parametrize(
    ("given", "withdrawals", "reversed_", "refunded"),
    [
        ({}, (49.95, 1), (20, 1), (5, 1)),
        ({"voided_debit_in_totals": True}, (69.95, 2), (20, 1), (5, 1)),
        ({"undo_rows_in_totals": False}, (49.95, 1), (0, 0), (0, 0)),
    ],
)
def test_what_a_batchs_totals_are_of(having, given, withdrawals, reversed_, refunded) -> None:
    """A debit, one that was voided, and a refund of yesterday's."""
    shop = having(**given)
    yesterday = closed(shop)
    debit(shop)
    put(shop, f"/ach/transactions/{debit(shop, amount=20)}/void")
    refund(shop, yesterday, 5)
    shown = batches(shop)[0]
    assert (shown["amountWithdrawals"], shown["countWithdrawals"]) == withdrawals
    assert (shown["amountReversed"], shown["countReversed"]) == reversed_
    assert (shown["amountRefunded"], shown["countRefunded"]) == refunded


def test_a_reversal_that_clears(having) -> None:
    shop = having(reversals_clear=True)
    put(shop, f"/ach/transactions/{debit(shop)}/void")
    shop.control.advance(seconds=10 * DAY)
    assert [row["statusClearing"] for row in shop.call("GET", "/ach/transactions").json()] == [1, 0]


def test_a_list_that_begins_with_the_oldest(having) -> None:
    shop = having(newest_first=False)
    ids = [debit(shop) for _ in range(3)]
    assert [row["id"] for row in shop.call("GET", "/ach/transactions").json()] == ids
    assert [row["id"] for row in shop.call("GET", "/ach/transactions?limit=2&page=2").json()] == ids[2:]


def test_no_order_as_null(having) -> None:
    shop = having(no_order_id=None)
    assert shop.transaction(debit(shop))["orderId"] is None
    assert shop.transaction(debit(shop, orderId=7))["orderId"] == 7
