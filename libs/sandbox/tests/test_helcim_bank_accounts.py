"""Bank accounts: names on write differ from names on read, and each creation mails the customer (Helcim OpenAPI)."""

import dataclasses

import pytest
from bankrails_sandbox import AMERICAN_MERCHANT, Assumptions, ControlRefused, HelcimConfig

WRONG_COUNTRY = {"message": "Invalid payload: bank account country is invalid"}


def create(shop, body: dict, customer: int | None = None):
    return shop.call("POST", f"/customers/{customer or shop.customer()}/bank-accounts", body)


@pytest.mark.parametrize(
    "field",
    [
        "accountCorporate",
        "accountType",
        "bankAccountNumber",
        "bankFinancialNumber",
        "bankTransitNumber",
        "countryAlpha2",
        "provinceAlpha2",
        "city",
        "postalCode",
        "streetAddress",
    ],
)
def test_every_field_of_a_canadian_account_is_required(shop, canadian_account, field: str) -> None:
    """Shape D, and the text begins as the vendor's does."""
    del canadian_account[field]
    answer = create(shop, canadian_account)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"Invalid payload: {field}")


@pytest.mark.parametrize(
    "change",
    [
        {"accountCorporate": 3},
        {"accountType": "1"},
        {"accountType": True},
        {"bankAccountNumber": "123456"},
        {"bankAccountNumber": "1234567890123"},
        {"bankAccountNumber": "123456789a"},
        {"bankAccountNumber": "١٢٣٤٥٦٧٨"},
        {"bankAccountNumber": 1234567},
        {"bankFinancialNumber": "12"},
        {"bankFinancialNumber": "1234"},
        {"bankTransitNumber": "1234"},
        {"bankTransitNumber": "123456"},
        {"provinceAlpha2": "Alberta"},
        {"countryAlpha2": "CAN"},
        {"countryAlpha2": "FR"},
        {"city": "  "},
        {"lastName": None},
        {"firstName": None, "lastName": None},
    ],
)
def test_a_bad_canadian_account_is_refused(shop, canadian_account, change: dict) -> None:
    """Digit counts 7–12, 3 and 5 in ASCII digits; alpha-2 here although alpha-3 everywhere else."""
    customer = shop.customer()
    answer = create(shop, canadian_account | change, customer)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert shop.call("GET", f"/customers/{customer}/bank-accounts").json() == []
    assert shop.pads(customer) == []


@pytest.mark.parametrize(
    "change",
    [
        {"bankRoutingNumber": None},
        {"bankRoutingNumber": "02100002"},
        {"bankRoutingNumber": "021000022"},
        {"bankRoutingNumber": "000000000"},
        {"bankAccountNumber": "1234567"},
    ],
)
def test_a_bad_american_account_is_refused(american_shop, american_account, change: dict) -> None:
    """Eight digits at least, nine of routing; that the check digit is looked at is an assumption."""
    assert create(american_shop, american_account | change).status_code == 400
    assert create(american_shop, american_account).status_code == 201


def test_the_check_digit_can_be_ignored(fresh_shop) -> None:
    """The vendor does not say that it checks."""
    config = HelcimConfig(
        merchants=(dataclasses.replace(AMERICAN_MERCHANT, name="maple-books"),),
        assumptions=Assumptions(aba_check_digit=False),
    )
    shop = fresh_shop(config)
    shop.http.headers["api-token"] = "liberty-books-admin-token"
    shop.canadian = False
    assert shop.account(shop.customer(), bankRoutingNumber="021000022")


def test_an_account_of_the_other_country_is_refused(shop, american_shop, canadian_account, american_account) -> None:
    """No payments across the border."""
    for where, account in ((shop, american_account), (american_shop, canadian_account)):
        answer = create(where, account)
        assert (answer.status_code, answer.json()) == (400, WRONG_COUNTRY)


def test_reading_shows_words_and_the_last_four(shop, canadian_account) -> None:
    """Ints on write, strings on read; the number itself never comes back."""
    customer = shop.customer()
    id = shop.account(customer, accountCorporate=2, accountType=2, companyName="A Ltd", firstName=None)
    answer = shop.call("GET", f"/customers/{customer}/bank-accounts/{id}")
    account = answer.json()
    assert (account["accountCorporate"], account["accountType"]) == ("CORPORATE", "SAVINGS")
    assert (account["bankIdNumber"], account["transitNumber"], account["routingNumber"]) == ("123", "12345", "")
    assert (account["address"]["name"], account["address"]["country"]) == ("A Ltd", "CAN")
    assert canadian_account["bankAccountNumber"] not in answer.text


def test_an_american_account_reads_with_its_routing_number(american_shop) -> None:
    """And without institution and transit."""
    customer = american_shop.customer()
    id = american_shop.account(customer)
    account = american_shop.call("GET", f"/customers/{customer}/bank-accounts/{id}").json()
    assert (account["routingNumber"], account["bankIdNumber"], account["transitNumber"]) == ("021000021", "", "")
    assert account["address"]["country"] == "USA"


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@example.com"])
def test_without_a_usable_email_nothing_is_made(shop, canadian_account, address, email: str) -> None:
    """Word for word, with the address in question in brackets."""
    customer = shop.customer(billingAddress=address | {"email": email})
    answer = create(shop, canadian_account, customer)
    assert answer.status_code == 400
    assert answer.json() == {"message": f"Customer email address on file ({email}) is invalid."}
    assert shop.call("GET", f"/customers/{customer}/bank-accounts").json() == []
    assert shop.call("GET", f"/customers/{customer}/bank-accounts/request-new").json() == answer.json()
    assert shop.control.mails() == ()


def test_creation_mails_the_customer_once(shop, control) -> None:
    """The mail is the only way by which a customer can accept."""
    customer = shop.customer()
    shop.account(customer)
    (mail,) = control.mails(customer_id=customer)
    assert mail.to == "payer@example.com"


def test_an_unknown_customer_is_400_here(shop, canadian_account) -> None:
    """Shape D on the writes, where 404 is not declared."""
    assert create(shop, canadian_account, 1).status_code == 400
    assert shop.call("GET", "/customers/1/bank-accounts/request-new").status_code == 400
    assert shop.call("GET", "/customers/1/bank-accounts").status_code == 404


def test_the_list_filters_by_token_and_flags(shop, control) -> None:
    """How an account is found that appeared by a customer's own hand."""
    customer = shop.customer()
    first, second = shop.account(customer), shop.account(customer)
    control.accept_pad(shop.pads(customer)[1]["id"])
    path = f"/customers/{customer}/bank-accounts"

    def ids(query: str) -> list[int]:
        return [account["id"] for account in shop.call("GET", path + query).json()]

    token = shop.call("GET", f"{path}/{first}").json()["bankToken"]
    assert ids("") == [first, second]
    assert ids(f"?bankToken={token}") == [first]
    assert (ids("?ready=1"), ids("?ready=0"), ids("?verified=1")) == ([second], [first], [])
    assert shop.call("GET", f"{path}?ready=yes").status_code == 400


def test_a_deleted_account_is_gone_and_cannot_be_deleted_again(shop) -> None:
    """204, then 404 in shape D."""
    customer = shop.customer()
    path = f"/customers/{customer}/bank-accounts/{shop.account(customer)}"
    assert (shop.call("DELETE", path).status_code, shop.call("DELETE", path).status_code) == (204, 404)
    assert shop.call("GET", path).status_code == 404
    assert shop.call("PATCH", f"{path}/default").status_code == 404
    assert shop.call("GET", f"/customers/{customer}/bank-accounts").json() == []


def test_an_account_belongs_to_one_customer(shop) -> None:
    """Under another customer's path it does not exist."""
    account = shop.account(shop.customer())
    path = f"/customers/{shop.customer()}/bank-accounts/{account}"
    assert shop.call("GET", path).status_code == 404
    assert shop.call("DELETE", path).status_code == 404


def test_setting_the_default_returns_the_account(shop, control) -> None:
    """The object has no field that would show it; the effect does."""
    customer = shop.customer()
    account = shop.account(customer)
    answer = shop.call("PATCH", f"/customers/{customer}/bank-accounts/{account}/default")
    assert (answer.status_code, answer.json()["id"]) == (200, account)
    (effect,) = control.effects(kind="set-default-bank-account")
    assert (effect.customer_id, effect.bank_account_id) == (customer, account)


def test_request_new_mails_a_customer_without_accounts_and_makes_nothing(shop, control) -> None:
    """The account appears when the customer has filled in the form; no id is returned, so callers poll the list."""
    customer = shop.customer()
    assert shop.call("GET", f"/customers/{customer}/bank-accounts/request-new").status_code == 200
    assert len(control.mails()) == 1
    assert shop.call("GET", f"/customers/{customer}/bank-accounts").json() == []


def test_a_filled_in_form_makes_an_account_with_an_accepted_pad(shop, control, canadian_account) -> None:
    """And only for a customer that was asked."""
    customer = shop.customer()
    with pytest.raises(ControlRefused, match="no mail"):
        control.fill_in_form(customer, canadian_account)
    shop.call("GET", f"/customers/{customer}/bank-accounts/request-new")
    account, pad = control.fill_in_form(customer, canadian_account)
    (found,) = shop.call("GET", f"/customers/{customer}/bank-accounts").json()
    assert (found["id"], found["ready"]) == (account, 1)
    assert [(one["id"], one["accepted"], one["status"]) for one in shop.pads(customer)] == [(pad, 1, 1)]


def test_request_new_makes_a_new_pad_for_an_unproven_account(shop, control) -> None:
    """It serves when the first mail never arrived, and after a revocation; not while a PAD is active."""
    customer = shop.customer()
    shop.account(customer)
    path = f"/customers/{customer}/bank-accounts/request-new"
    shop.call("GET", path)
    assert len(shop.pads(customer)) == 2
    control.accept_pad(shop.pads(customer)[1]["id"])
    shop.call("GET", path)
    assert len(shop.pads(customer)) == 2
    control.revoke_pad(shop.pads(customer)[1]["id"])
    shop.call("GET", path)
    assert len(shop.pads(customer)) == 3
    assert control.effects(kind="mail")[-1].times == 4


def test_the_disputed_wrappings_can_be_switched(fresh_shop) -> None:
    """Guide and OpenAPI document disagree; a client must take both."""
    assumptions = Assumptions(
        bank_account_create_under_data=True,
        bank_account_as_array=True,
        wrap_pad=False,
        wrap_single_transaction=False,
        l4l4_field="bankAccountL4l4",
    )
    shop = fresh_shop(HelcimConfig(assumptions=assumptions))
    customer = shop.customer()
    body = {"accountCorporate": 1, "accountType": 1, "bankAccountNumber": "1234567", "bankFinancialNumber": "001"}
    body |= {"bankTransitNumber": "00001", "countryAlpha2": "CA", "provinceAlpha2": "AB", "city": "C"}
    body |= {"postalCode": "H0H 0H0", "streetAddress": "S", "companyName": "A"}
    created = create(shop, body, customer).json()["data"]
    account, pad = created["bankAccount"]["id"], shop.pads(customer)[0]
    path = f"/customers/{customer}/bank-accounts/{account}"
    assert shop.call("GET", path).json()[0]["id"] == account
    assert shop.call("GET", f"{path}/pads/{pad['id']}").json() == pad
    row = {"bankAccountId": account, "customerId": customer, "amount": 1, "currencyId": 1}
    id = shop.withdraw(row).json()["transaction"]["id"]
    # 0001 and 4567: the leading zeros are lost, as in any int.
    assert shop.call("GET", f"/ach/transactions/{id}").json()["bankAccountL4l4"] == 14567
