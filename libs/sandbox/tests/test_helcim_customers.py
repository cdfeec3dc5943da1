"""`/customers` (Helcim OpenAPI; error shapes: devdocs.helcim.com/docs/errors-and-error-handling)."""

import pytest

MISSING = "Missing required data"


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [customer["customerCode"] for customer in answer.json()]


def test_a_customer_is_created_with_200_and_reads_back_the_same(shop, address) -> None:
    """200 and not 201; both addresses are whole objects, also where nothing was given."""
    body = {"customerCode": "payer-7", "contactName": "A B", "cellPhone": "4035550100", "billingAddress": address}
    answer = shop.call("POST", "/customers", body)
    assert answer.status_code == 200
    created = answer.json()
    assert created == shop.call("GET", f"/customers/{created['id']}").json()
    assert created["customerCode"] == "payer-7"
    assert created["billingAddress"] == address | {"street2": "", "phone": ""}
    assert created["shippingAddress"]["email"] == ""
    assert "cards" not in created


def test_a_blank_code_is_generated_and_passes_over_chosen_ones(shop) -> None:
    """`CST1000` style; a caller may have taken the next one."""
    shop.customer(customerCode="CST1001")
    made = [shop.customer(customerCode=""), shop.customer()]
    assert codes(shop.call("GET", "/customers")) == ["CST1001", "CST1000", "CST1002"]
    assert len(set(made)) == 2


def test_a_taken_code_is_refused_by_field(shop) -> None:
    """What makes creation repeatable: look up by code first, and be told if the look-up was late."""
    shop.customer(customerCode="payer-7")
    answer = shop.call("POST", "/customers", {"contactName": "A", "customerCode": "payer-7"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["customerCode"])


@pytest.mark.parametrize("body", [{}, {"contactName": ""}, {"contactName": " ", "businessName": ""}])
def test_one_of_the_names_is_required(shop, body: dict) -> None:
    """Shape B, by field."""
    answer = shop.call("POST", "/customers", body)
    assert (answer.status_code, answer.json()) == (400, {"errors": {"contactName": MISSING}})
    assert shop.call("POST", "/customers", {"businessName": "A Ltd"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"street1": ""}, "street1"),
        ({"postalCode": None}, "postalCode"),
        ({"province": None}, "province"),
        ({"country": "USA", "province": ""}, "province"),
        ({"province": "Alberta"}, "province"),
        ({"country": "CA"}, "country"),
        ({"phone": "555-0100"}, "phone"),
        ({"phone": "1" * 16}, "phone"),
        ({"city": 5}, "city"),
    ],
)
def test_a_bad_address_is_refused_by_field(shop, address, change: dict, field: str) -> None:
    """Alpha-3 countries here, two-letter provinces in Canada and the United States, 10 to 15 digits of phone."""
    answer = shop.call("POST", "/customers", {"contactName": "A", "billingAddress": address | change})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [f"billingAddress.{field}"])
    assert shop.call("GET", "/customers").json() == []


def test_a_province_is_not_needed_elsewhere(shop, address) -> None:
    """The rule names two countries."""
    body = {"contactName": "A", "shippingAddress": address | {"country": "FRA", "province": ""}}
    assert shop.call("POST", "/customers", body).status_code == 200


def test_an_update_replaces_what_is_given_and_keeps_the_rest(shop, address) -> None:
    """A missing e-mail is put right this way."""
    customer = shop.customer(customerCode="payer-7", billingAddress=address | {"email": ""})
    answer = shop.call("PUT", f"/customers/{customer}", {"billingAddress": address})
    assert answer.status_code == 200
    assert answer.json()["billingAddress"]["email"] == "payer@example.com"
    assert (answer.json()["contactName"], answer.json()["customerCode"]) == ("Test Customer", "payer-7")


def test_an_update_may_move_the_code_but_not_onto_another(shop) -> None:
    """The old code is free again, and finds nobody."""
    first, second = shop.customer(customerCode="one"), shop.customer(customerCode="two")
    assert shop.call("PUT", f"/customers/{second}", {"customerCode": "one"}).status_code == 400
    assert shop.call("PUT", f"/customers/{first}", {"customerCode": "three"}).status_code == 200
    assert codes(shop.call("GET", "/customers?customerCode=one")) == []
    assert codes(shop.call("GET", "/customers?customerCode=three")) == ["three"]
    assert shop.call("PUT", f"/customers/{second}", {"customerCode": "one"}).status_code == 200


def test_an_update_cannot_take_away_both_names(shop) -> None:
    """The rule of creation holds for what results."""
    answer = shop.call("PUT", f"/customers/{shop.customer()}", {"contactName": ""})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["contactName"])


def test_an_unknown_customer_is_404(shop) -> None:
    """An assumption, in shape A; a caller must also take 400."""
    for id in ("1", "0", "abc", "9" * 40):
        answer = shop.call("GET", f"/customers/{id}")
        assert (answer.status_code, isinstance(answer.json()["errors"], str)) == (404, True)
    assert shop.call("PUT", "/customers/1", {}).status_code == 404


def test_malformed_json_is_refused_in_shape_a(shop) -> None:
    """Outside /ach the older shapes rule."""
    answer = shop.http.post("/customers", content=b'{"contactName": ')
    assert (answer.status_code, isinstance(answer.json()["errors"], str)) == (400, True)
    assert shop.call("POST", "/customers", ["A"]).status_code == 400


def test_the_list_finds_by_code_or_by_search_but_not_both(shop) -> None:
    """By code exactly, by search in names, code and e-mail; both at once is refused in shape C."""
    shop.customer(customerCode="payer-7", contactName="Zoe")
    shop.customer(customerCode="payer-70", businessName="Zoo Ltd")
    assert codes(shop.call("GET", "/customers?customerCode=payer-7")) == ["payer-7"]
    assert codes(shop.call("GET", "/customers?customerCode=payer")) == []
    assert codes(shop.call("GET", "/customers?search=zoo")) == ["payer-70"]
    assert len(codes(shop.call("GET", "/customers?search=PAYER@example"))) == 2
    answer = shop.call("GET", "/customers?customerCode=payer-7&search=zoo")
    assert (answer.status_code, isinstance(answer.json()["errors"], list)) == (400, True)


def test_the_list_has_pages_of_at_most_100(shop, control) -> None:
    """100 is default and maximum; a short page is the last."""
    control.switch_merchant("maple-books", rate_limited=False)
    for number in range(103):
        shop.customer(customerCode=f"c{number}", billingAddress=None)
    assert len(codes(shop.call("GET", "/customers"))) == 100
    assert codes(shop.call("GET", "/customers?page=2")) == ["c100", "c101", "c102"]
    assert codes(shop.call("GET", "/customers?page=3")) == []
    assert codes(shop.call("GET", "/customers?limit=2&page=2")) == ["c2", "c3"]
    for query in ("limit=101", "limit=0", "page=0", "page=x"):
        assert shop.call("GET", f"/customers?{query}").status_code == 400, query


def test_cards_come_only_when_asked_for(shop) -> None:
    """There are none, but the field is there."""
    shop.customer()
    assert shop.call("GET", "/customers?includeCards=yes").json()[0]["cards"] == []
    assert "cards" not in shop.call("GET", "/customers").json()[0]
