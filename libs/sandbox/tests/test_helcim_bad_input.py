"""What the vendor answers to every kind of wrong call, one test each.

Shapes: A `{"errors": text}`, B `{"errors": {field: text}}`, D `{"message": text}`. Source: devdocs.helcim.com: errors and
error handling, common API errors, HTTP response codes; Helcim guide: ACH Payment API; Helcim OpenAPI.
"""

from typing import Any

import pytest

COUNTRY = {"message": "Invalid payload: bank account country is invalid"}


def in_shape(answer, shape: str) -> Any:
    """The complaint, once it is in that shape and in no other."""
    body = answer.json()
    assert set(body) == ({"message"} if shape == "D" else {"errors"}), body
    said = body.get("message", body.get("errors"))
    assert isinstance(said, dict if shape == "B" else str), body
    return said


def refused(answer, shape: str = "D") -> Any:
    assert answer.status_code == 400, answer.text
    return in_shape(answer, shape)


def keyed(shop, method: str, path: str, body: Any = None):
    return shop.call(method, path, body, **{"idempotency-key": shop.key()})


def raw(shop, method: str, path: str, content: str):
    headers = {"idempotency-key": shop.key()}
    return shop.http.request(method, path, content=content.encode(), headers=headers)


def debit(shop) -> dict[str, Any]:
    return shop.withdraw(shop.payer()).json()["transaction"]


def create(shop, account: dict[str, Any], **changed: Any):
    """A bank account with fields changed; None takes a field out."""
    body = {name: value for name, value in (account | changed).items() if value is not None}
    return shop.call("POST", f"/customers/{shop.customer()}/bank-accounts", body)


@pytest.mark.parametrize("token", ["none", "unknown", "disabled"])
def test_without_a_good_token(shop, control, token: str) -> None:
    if token == "disabled":
        control.switch_token("maple-books", "admin", disabled=True)
    else:
        shop.http.headers["api-token"] = "" if token == "none" else "no-such-token"
    answer = shop.call("GET", "/connection-test")
    assert (answer.status_code, answer.json()) == (401, {"errors": "Unauthorized"})


def test_without_the_permission(open_shop) -> None:
    answer = keyed(open_shop("maple-books-withdraw-only-token"), "PUT", "/ach/transactions/1/refund", {"amount": 1})
    assert (answer.status_code, answer.json()) == (403, {"errors": "No access permission"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ach/withdraw"),
        ("POST", "/ach/transactions/1/refund"),
        ("POST", "/ach/transactions/1/void"),
        ("POST", "/ach/transactions/1/cancel"),
        ("PUT", "/ach/transactions/1/cancel"),
    ],
)
def test_with_the_wrong_method(shop, method: str, path: str) -> None:
    assert keyed(shop, method, path).status_code == 405


def test_with_malformed_json(shop) -> None:
    """D below /ach, A elsewhere."""
    for content in ("{", '{"amount": NaN}', "nonsense"):
        assert refused(raw(shop, "PUT", "/ach/withdraw", content), "D").startswith("Invalid payload")
        assert refused(raw(shop, "POST", "/customers", content), "A").startswith("Invalid payload")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "49.955", '"49.95"', "0.001", "null", "true", "1e400"])
def test_with_an_amount_that_is_none(shop, amount: str) -> None:
    body = shop.payer()
    ids = f'"bankAccountId": {body["bankAccountId"]}, "customerId": {body["customerId"]}, "currencyId": 1'
    refused(raw(shop, "PUT", "/ach/withdraw", f'{{"amount": {amount}, {ids}}}'))
    assert shop.debits() == 0


@pytest.mark.parametrize("currency", [0, 3, "1", "CAD", 1.5, None, True])
def test_with_a_currency_that_does_not_exist(shop, currency) -> None:
    said = refused(shop.withdraw(shop.payer() | {"currencyId": currency}))
    assert said.startswith("Invalid payload: currencyId")


def test_with_the_other_countrys_currency(shop) -> None:
    answer = shop.withdraw(shop.payer() | {"currencyId": 2})
    assert (answer.status_code, answer.json()) == (400, COUNTRY)


def test_with_another_customers_bank_account(shop) -> None:
    refused(shop.withdraw(shop.payer() | {"bankAccountId": shop.payer()["bankAccountId"]}))


def test_with_an_unknown_transaction(shop) -> None:
    """400 everywhere below /ach, and never 404."""
    refused(shop.call("GET", "/ach/transactions/1"))
    refused(keyed(shop, "PUT", "/ach/transactions/1/refund", {"amount": 1}))
    refused(keyed(shop, "PUT", "/ach/transactions/1/void"))
    refused(keyed(shop, "PATCH", "/ach/transactions/1/cancel"))


def test_undoing_by_the_wrong_one_of_three(shop) -> None:
    """A void in a closed batch, a refund in an open one, a cancel of what is not pending."""
    path = f"/ach/transactions/{debit(shop)['id']}"
    refused(keyed(shop, "PUT", f"{path}/refund", {"amount": 1}))
    refused(keyed(shop, "PATCH", f"{path}/cancel"))
    shop.control.advance(seconds=86400)
    refused(keyed(shop, "PUT", f"{path}/void"))


def test_refunding_more_than_is_left(shop) -> None:
    path = f"/ach/transactions/{debit(shop)['id']}/refund"
    shop.control.advance(seconds=86400)
    refused(keyed(shop, "PUT", path, {"amount": 49.96}))
    assert keyed(shop, "PUT", path, {"amount": 49.94}).status_code == 200
    refused(keyed(shop, "PUT", path, {"amount": 0.02}))


def test_settling_a_closed_or_unknown_batch(shop) -> None:
    batch_id = debit(shop)["batchId"]
    assert keyed(shop, "PUT", f"/ach/batches/{batch_id}/settle").status_code == 200
    refused(keyed(shop, "PUT", f"/ach/batches/{batch_id}/settle"))
    refused(keyed(shop, "PUT", "/ach/batches/1/settle"))


@pytest.mark.parametrize("field", ["bankFinancialNumber", "bankTransitNumber"])
def test_a_canadian_account_without_its_institution_or_transit(shop, canadian_account, field: str) -> None:
    assert field in refused(create(shop, canadian_account, **{field: None}))


def test_an_american_account_without_its_routing_number(american_shop, american_account) -> None:
    assert "bankRoutingNumber" in refused(create(american_shop, american_account, bankRoutingNumber=None))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("bankFinancialNumber", ["12", "1234", "12a"]),
        ("bankTransitNumber", ["1234", "123456"]),
        ("bankAccountNumber", ["123456", "1234567890123", "12345 78", "١٢٣٤٥٦٧٨"]),
    ],
)
def test_a_canadian_account_with_a_wrong_count_of_digits(shop, canadian_account, field: str, wrong) -> None:
    for value in wrong:
        assert field in refused(create(shop, canadian_account, **{field: value}))
    for value in ("1234567", "123456789012") if field == "bankAccountNumber" else ():
        assert create(shop, canadian_account, **{field: value}).status_code == 201


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("bankRoutingNumber", ["02100002", "0210000210"]), ("bankAccountNumber", ["1234567", "1234567890123"])],
)
def test_an_american_account_with_a_wrong_count_of_digits(american_shop, american_account, field: str, wrong) -> None:
    for value in wrong:
        assert field in refused(create(american_shop, american_account, **{field: value}))


@pytest.mark.parametrize("country", ["US", "MX", "CAN", "ca", ""])
def test_a_bank_account_in_another_country(shop, canadian_account, country: str) -> None:
    """Of the merchant's, or of none that is served."""
    assert "country" in refused(create(shop, canadian_account, countryAlpha2=country)).lower()


def test_a_bank_account_of_nobody(shop, canadian_account) -> None:
    """Neither both names nor a company."""
    for names in ({"firstName": None, "lastName": None}, {"lastName": None}, {"firstName": None}):
        refused(create(shop, canadian_account, **names))
    company = {"firstName": None, "lastName": None, "companyName": "Zoo Ltd"}
    assert create(shop, canadian_account, **company).status_code == 201


def test_a_routing_number_with_a_wrong_check_digit(american_shop, american_account) -> None:
    assert "bankRoutingNumber" in refused(create(american_shop, american_account, bankRoutingNumber="021000022"))


def test_a_customer_without_any_name(shop, address) -> None:
    said = refused(shop.call("POST", "/customers", {"billingAddress": address}), "B")
    assert said == {"contactName": "Missing required data"}


def test_the_pads_of_a_customer_who_has_none(shop) -> None:
    """No error: nothing to return."""
    answer = shop.call("GET", f"/customers/{shop.customer()}/pads")
    assert (answer.status_code, answer.content) == (204, b"")


def test_deleting_a_deleted_account(shop) -> None:
    customer = shop.customer()
    path = f"/customers/{customer}/bank-accounts/{shop.account(customer)}"
    assert shop.call("DELETE", path).status_code == 204
    assert shop.call("DELETE", path).status_code == 404


def test_reading_an_unknown_customer(shop) -> None:
    answer = shop.call("GET", "/customers/1")
    assert answer.status_code == 404
    in_shape(answer, "A")
