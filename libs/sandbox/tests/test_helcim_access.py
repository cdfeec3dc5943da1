"""Tokens: three axes of permission, and which check comes before which (Helcim guide: Connecting to the Helcim API)."""

import pytest
from bankrails_sandbox import ControlRefused, Processing, Token

READS = [
    ("GET", "/customers"),
    ("GET", "/customers/1"),
    ("GET", "/customers/1/bank-accounts"),
    ("GET", "/customers/1/bank-accounts/1"),
    ("GET", "/customers/1/pads"),
    ("GET", "/customers/1/bank-accounts/1/pads/1"),
]
WRITES = [
    ("POST", "/customers"),
    ("PUT", "/customers/1"),
    ("POST", "/customers/1/bank-accounts"),
    ("GET", "/customers/1/bank-accounts/request-new"),
    ("DELETE", "/customers/1/bank-accounts/1"),
    ("PATCH", "/customers/1/bank-accounts/1/default"),
    ("PUT", "/customers/1/bank-accounts/1/pads/1"),
]
LOOKS = [("GET", "/ach/transactions"), ("GET", "/ach/transactions/1"), ("GET", "/ach/batches")]
WITHDRAW = [("PUT", "/ach/withdraw"), ("PUT", "/ach/batches/1/settle")]
UNDO = [
    ("PUT", "/ach/transactions/1/refund"),
    ("PUT", "/ach/transactions/1/void"),
    ("PATCH", "/ach/transactions/1/cancel"),
]
TEST = [("GET", "/connection-test")]

MAY = {
    "admin": TEST + READS + WRITES + LOOKS + WITHDRAW + UNDO,
    "withdraw-only": TEST + READS + WRITES + LOOKS + WITHDRAW,
    "refund": TEST + READS + LOOKS + WITHDRAW + UNDO,
    "read-only": TEST + READS + LOOKS,
    "no-access": TEST,
}


@pytest.mark.parametrize("token", MAY)
def test_a_token_may_do_what_its_levels_say_and_nothing_else(open_shop, token: str) -> None:
    """Levels include the lower ones; request-new is a GET and yet needs the right to write, because it sends mail."""
    shop = open_shop(f"maple-books-{token}-token")
    for method, path in MAY["admin"]:
        answer = shop.call(method, path)
        forbidden = answer.status_code == 403
        assert forbidden is ((method, path) not in MAY[token]), (method, path, answer.text)
        if forbidden:
            assert answer.json() == {"errors": "No access permission"}


@pytest.mark.parametrize("token", ["", "no-such-token", "maple-books-admin-toke", "MAPLE-BOOKS-ADMIN-TOKEN"])
def test_no_or_an_unknown_token_is_unauthorized(open_shop, token: str) -> None:
    """One answer for all, so that nothing can be learned from it."""
    answer = open_shop(token).call("PUT", "/ach/withdraw")
    assert (answer.status_code, answer.json()) == (401, {"errors": "Unauthorized"})


def test_a_disabled_token_is_unauthorized_until_it_is_enabled(shop, control, open_shop) -> None:
    """Revoking a compromised token must stop it at once, and only it."""
    control.switch_token("maple-books", "admin", disabled=True)
    assert shop.call("GET", "/customers").status_code == 401
    assert open_shop("maple-books-withdraw-only-token").call("GET", "/customers").status_code == 200
    control.switch_token("maple-books", "admin", disabled=False)
    assert shop.call("GET", "/customers").status_code == 200


def test_a_rotated_token_works_under_its_new_value_only(fresh_shop) -> None:
    """Rotation without a restart needs a vendor that rotates."""
    shop = fresh_shop()
    shop.control.switch_token("maple-books", "admin", value="rotated-token")
    assert shop.call("GET", "/customers").status_code == 401
    assert shop.call("GET", "/customers", **{"api-token": "rotated-token"}).status_code == 200


def test_a_new_token_serves_beside_the_old_one(fresh_shop) -> None:
    """Rotation with an overlap: the old value goes on until it is disabled."""
    shop = fresh_shop()
    shop.control.add_token("maple-books", Token("admin-2", "maple-second", processing=Processing.POSITIVE))
    assert shop.call("GET", "/customers").status_code == 200
    second = {"api-token": "maple-second"}
    assert shop.call("GET", "/customers", **second).status_code == 200
    assert shop.call("PUT", "/ach/transactions/1/void", **second).status_code == 403
    shop.control.switch_token("maple-books", "admin", disabled=True)
    assert shop.call("GET", "/customers").status_code == 401
    assert shop.call("GET", "/customers", **second).status_code == 200
    for token in (Token("admin-2", "another"), Token("other", "maple-second")):
        with pytest.raises(ControlRefused, match="exists"):
            shop.control.add_token("maple-books", token)


def test_levels_can_be_taken_and_given_while_it_runs(fresh_shop) -> None:
    """As its owner would in the portal; a service learns of it by the next 403."""
    shop = fresh_shop()
    shop.control.switch_token("maple-books", "admin", processing="positive", general="read")
    assert shop.call("PUT", "/ach/transactions/1/void").status_code == 403
    assert shop.call("POST", "/customers").status_code == 403
    shop.control.switch_token("maple-books", "admin", processing="admin")
    assert shop.call("PUT", "/ach/transactions/1/void").status_code == 400


def test_a_token_selects_its_merchant(shop, american_shop) -> None:
    """Nothing of one merchant can be seen with another's token."""
    customer = shop.customer()
    assert shop.call("GET", f"/customers/{customer}").status_code == 200
    assert american_shop.call("GET", f"/customers/{customer}").status_code == 404
    assert american_shop.call("GET", "/customers").json() == []


def test_permission_is_told_before_a_bad_key_and_a_bad_body(open_shop) -> None:
    """A caller without the right learns nothing about what a right call would look like."""
    shop = open_shop("maple-books-read-only-token")
    assert shop.call("PUT", "/ach/withdraw", "nonsense").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ach/withdraw"),
        ("GET", "/ach/withdraw"),
        ("POST", "/ach/transactions/1/refund"),
        ("POST", "/ach/transactions/1/void"),
        ("POST", "/ach/transactions/1/cancel"),
        ("PUT", "/ach/transactions/1/cancel"),
        ("PATCH", "/ach/transactions/1/void"),
        ("POST", "/customers/1/bank-accounts/request-new"),
        ("HEAD", "/customers"),
        ("POST", "/customers/1/pads"),
    ],
)
def test_a_known_path_with_another_method_is_405(shop, method: str, path: str) -> None:
    """Withdraw is a PUT; a POST to it is the commonest mistake."""
    assert shop.call(method, path).status_code == 405


def test_an_unknown_path_is_404(shop) -> None:
    """Also below a known one, and with a slash too many."""
    for path in ("/ach", "/ach/withdraw/", "/customers/1/bank-accounts/1/defaults", "/v1/customers"):
        assert shop.call("GET", path).status_code == 404
