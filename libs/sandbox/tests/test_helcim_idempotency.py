"""Idempotency keys: what repeats and what debits twice (devdocs.helcim.com/docs/idempotency)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bankrails_sandbox import Assumptions, FaultKind, HelcimConfig

MISSING = {"message": "Missing or invalid idempotency-key."}


@pytest.mark.parametrize("key", ["a" * 25, "A1" * 12 + "b", "018f6b7e-5f0c-7d3a-9c1e-2b4d6f8a0c1e", "_-" * 13])
def test_25_to_36_letters_digits_dash_and_underscore_make_a_key(shop, key: str) -> None:
    """Both the old rule's keys and a UUID with its dashes pass."""
    assert shop.withdraw(shop.payer(), key).status_code == 200


@pytest.mark.parametrize("key", ["a" * 24, "a" * 37, "a" * 12 + " " + "a" * 12, "a" * 24 + ".", "a" * 24 + "/"])
def test_any_other_key_is_refused(shop, key: str) -> None:
    """A key that the vendor would not remember must not pass here."""
    answer = shop.withdraw(shop.payer(), key)
    assert (answer.status_code, answer.json()) == (400, MISSING)
    assert shop.debits() == 0


def test_a_withdraw_without_a_key_is_refused_before_its_body_is_read(shop) -> None:
    """The order of the checks."""
    answer = shop.call("PUT", "/ach/withdraw", ["not even an object"])
    assert (answer.status_code, answer.json()) == (400, MISSING)


def test_a_repeat_within_five_minutes_gets_the_first_answer_and_debits_once(shop, control) -> None:
    """The whole point of a key. The effect shows both calls."""
    body, key = shop.payer(), shop.key()
    first = shop.withdraw(body, key)
    control.advance(seconds=299)
    again = shop.withdraw(body, key)
    assert (again.status_code, again.json()) == (200, first.json())
    (effect,) = control.effects(kind="withdraw")
    assert len(effect.call_ids) == 2
    assert effect.times == 1


def test_the_stored_answer_stands_even_when_the_transaction_has_moved_on(shop, control) -> None:
    """A replay is what was answered, not what is true now."""
    body, key = shop.payer(accepted=False), shop.key()
    first = shop.withdraw(body, key).json()
    control.accept_pad(shop.pads(body["customerId"])[0]["id"])
    assert shop.withdraw(body, key).json() == first
    assert shop.transaction(first["transaction"]["id"])["statusAuth"] == 1


def test_after_five_minutes_the_same_key_debits_again(shop, control) -> None:
    """The trap that a redelivery an hour later would fall into."""
    body, key = shop.payer(), shop.key()
    first = shop.withdraw(body, key).json()["transaction"]["id"]
    control.advance(seconds=300)
    assert shop.withdraw(body, key).json()["transaction"]["id"] != first
    assert [effect.times for effect in control.effects(kind="withdraw")] == [1, 2]


def test_the_life_counts_from_submission_not_from_the_last_use(shop, control) -> None:
    """A retry loop does not keep its key alive."""
    body, key = shop.payer(), shop.key()
    for seconds in (150, 149, 1):
        shop.withdraw(body, key)
        control.advance(seconds=seconds)
    shop.withdraw(body, key)
    assert shop.debits() == 2


@pytest.mark.parametrize("change", [{"amount": 49.96}, {"orderId": 5}, {"currencyId": 2}])
def test_another_payload_under_a_live_key_is_a_conflict(shop, change: dict) -> None:
    """409 with an error object, and nothing is processed."""
    body, key = shop.payer(), shop.key()
    shop.withdraw(body, key)
    answer = shop.withdraw(body | change, key)
    assert (answer.status_code, list(answer.json())) == (409, ["message"])
    assert shop.debits() == 1


def test_the_spelling_of_the_payload_does_not_matter(shop) -> None:
    """Key order, white space and trailing zeros are no other payload."""
    body, key = shop.payer() | {"amount": 10}, shop.key()
    first = shop.withdraw(body, key)
    spelt = '{ "currencyId":1, "amount": 10.00, "customerId":%d, "bankAccountId":%d }'
    raw = spelt % (body["customerId"], body["bankAccountId"])
    again = shop.http.put("/ach/withdraw", content=raw, headers={"idempotency-key": key})
    assert again.json() == first.json()
    assert shop.debits() == 1


def test_a_failed_attempt_leaves_its_key_free(shop) -> None:
    """Only a success is kept, so the same key may come back with a corrected body."""
    body, key = shop.payer(), shop.key()
    assert shop.withdraw(body | {"amount": 0}, key).status_code == 400
    assert shop.withdraw(body, key).status_code == 200


def test_a_key_is_known_across_the_tokens_of_a_merchant(shop, open_shop) -> None:
    """The scope is the merchant account, not the token."""
    body, key = shop.payer(), shop.key()
    first = shop.withdraw(body, key).json()
    assert open_shop("maple-books-withdraw-only-token").withdraw(body, key).json() == first


def test_two_merchants_may_use_one_key(shop, american_shop) -> None:
    """They cannot know of each other."""
    key = shop.key()
    assert shop.withdraw(shop.payer(), key).status_code == 200
    assert american_shop.withdraw(american_shop.payer(), key).status_code == 200


def test_a_second_call_while_the_first_is_in_flight_is_a_conflict(shop, control) -> None:
    """The vendor cannot answer a repeat before it knows the answer."""
    body, key = shop.payer(), shop.key()
    control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shop.withdraw, body, key)
        control.wait_until_held()
        assert shop.withdraw(body, key).status_code == 409
        control.release()
        assert first.result().status_code == 200
    assert shop.debits() == 1


def test_a_new_key_gives_no_protection_against_a_twin(shop) -> None:
    """The vendor's suspected-duplicate check is for cards."""
    body = shop.payer()
    assert [shop.withdraw(body).status_code for _ in range(2)] == [200, 200]
    assert shop.debits() == 2


def test_customer_writes_know_no_key(shop) -> None:
    """Not retry-safe: the same request twice makes two customers, whatever header it carries."""
    key = shop.key()
    bodies = [shop.call("POST", "/customers", {"contactName": "A"}, **{"idempotency-key": key}) for _ in range(2)]
    assert len({body.json()["id"] for body in bodies}) == 2


def test_the_life_of_a_key_can_be_set(fresh_shop) -> None:
    """It is switchable, since the whole resend rule of a caller leans on it."""
    shop = fresh_shop(HelcimConfig(assumptions=Assumptions(key_lifetime_seconds=10)))
    body, key = shop.payer(), shop.key()
    for _ in range(2):
        shop.withdraw(body, key)
        shop.control.advance(seconds=10)
    assert shop.debits() == 2
