"""What the vendor says to each kind of bad input, row by row: (endpoint, code), since a code alone can mean two things.

Sources: docs.helix.q2.com/reference, the pages of the endpoints and common-error-codes. Where those are silent the code is
a switch of `Assumptions`.
"""

from typing import Any

import pytest

COMPANY = {"customerId": 1002, "type": "Business Checking", "businessName": "Example Company"}
GET_ON_WRITES = [
    f"/externalAccount/{verb}" for verb in ("create", "initiate", "verify", "update", "archive", "lock", "unlock")
]


def told(answer: Any) -> list[int]:
    assert answer.json()["status"] == answer.status_code
    return [error["code"] for error in answer.json()["errors"]]


def test_no_or_bad_basic_header(helix) -> None:
    """401 and 50401."""
    for auth in (None, ("example1", "wrong"), ("wrong", "example1")):
        answer = helix.http.request(
            "GET", "/program/get", auth=auth, headers={"authorization": "x"} if not auth else {}
        )
        assert (answer.status_code, told(answer)) == (401, [50401])


@pytest.mark.parametrize("path", GET_ON_WRITES)
def test_get_on_a_post_route(helix, path: str) -> None:
    """405 and 50405."""
    answer = helix.call("GET", path)
    assert (answer.status_code, told(answer)) == (405, [50405])


def test_an_unknown_route(helix) -> None:
    """404 and 50404; the older SDKs' deactivate is one."""
    for path in ("/externalAccount/deactivate", "/externalAccounts/create"):
        answer = helix.call("POST", path, {})
        assert (answer.status_code, told(answer)) == (404, [50404])


def test_more_than_fifteen_a_second(helix, sandbox) -> None:
    """429 and 50429, with the throttle object."""
    helix.control.switch_program(throttled=True)
    sandbox.control.advance(seconds=1)
    answers = [helix.call("GET", "/program/get") for _ in range(16)]
    assert [answer.status_code for answer in answers] == [200] * 15 + [429]
    assert told(answers[-1]) == [50429]
    assert answers[-1].json()["throttle"]["requestsRemainingInPeriod"] == 0


def test_a_body_that_is_not_json(helix) -> None:
    """Within the range 599xx."""
    assert told(helix.call("POST", "/externalAccount/create", content=b"customerId=1001")) == [59900]


@pytest.mark.parametrize(
    ("fields", "on_create", "on_initiate"),
    [
        ({"type": "checking"}, 62002, 62601),
        ({"type": "General Ledger"}, 62002, 62601),
        ({"accountNumber": "1" * 18}, 62009, 62613),
        ({"accountNumber": "12#45"}, 62008, 62612),
        ({"routingNumber": "02100002"}, 69208, 69208),
        ({"routingNumber": "O21000021"}, 69206, 69206),
        ({"routingNumber": ""}, 69203, 69203),
        ({"routingNumber": "011000992"}, 69205, 69205),
        ({"routingNumber": "021000020"}, 69208, 69208),
    ],
)
def test_a_field_that_is_wrong(helix, fields, on_create: int, on_initiate: int) -> None:
    """Case, general ledger, length, characters; short, letters, empty, in no directory, check digit."""
    assert told(helix.create(**fields)) == [on_create]
    assert told(helix.initiate(**fields)) == [on_initiate]


def test_without_nacha_there_is_no_directory(helix) -> None:
    """The name is verbatim, and a number that is in no directory is taken."""
    helix.control.switch_program(nacha_enabled=False)
    account = helix.get(helix.created(routingNumber="011000992", name="As Told"))
    assert account["name"] == "As Told"


def test_the_same_tag_twice(helix) -> None:
    """For any customer of the program."""
    helix.created(tag="t-1")
    assert told(helix.create(tag="t-1", **COMPANY)) == [62003]
    assert told(helix.initiate(tag="t-1", **COMPANY)) == [62008]


def test_the_same_nickname_for_one_customer(helix) -> None:
    """Refused by initiate and update; create takes it."""
    account = helix.created(nickName="everyday")
    assert told(helix.initiate(nickName="everyday")) == [62602]
    other = helix.created(nickName="other")
    assert told(helix.act("update", other, nickName="everyday")) == [62401]
    assert helix.create(nickName="everyday").status_code == 200
    assert helix.get(account)["nickName"] == "everyday"


@pytest.mark.parametrize(
    ("verb", "code"), [("verify", 62201), ("update", 62402), ("archive", 62501), ("lock", 62501), ("unlock", 62501)]
)
def test_an_account_of_another_customer(helix, verb: str, code: int) -> None:
    """As unknown as none."""
    assert told(helix.act(verb, helix.created(), customer=1002, amount1=0.18, amount2=0.28)) == [code]


def test_verify_after_success(helix) -> None:
    """Once is enough."""
    account = helix.initiated()
    helix.verify(account)
    assert told(helix.verify(account)) == [62204]


def test_archive_of_an_unverified_account(helix) -> None:
    """Its status does not allow it, and the text says which it is."""
    answer = helix.act("archive", helix.initiated())
    assert told(answer) == [62506]
    assert "Unverified" in answer.json()["errors"][0]["message"]


def test_archive_with_a_pending_transfer(helix) -> None:
    """Money on its way must find its account."""
    account = helix.created()
    body = {"customerId": 1001, "fromId": account, "toId": 900_000_001, "amount": 1}
    assert helix.call("POST", "/transfer/create", body).status_code == 200
    assert told(helix.act("archive", account)) == [62505]


def test_lock_twice_and_unlock_twice(helix) -> None:
    """The second is told that it is late."""
    account = helix.created()
    assert helix.act("lock", account, lockedReason="theft").status_code == 200
    assert told(helix.act("lock", account)) == [62509]
    assert helix.act("unlock", account).status_code == 200
    assert told(helix.act("unlock", account)) == [62511]


def test_unlock_of_an_administrators_lock(helix) -> None:
    """Not the API's to open."""
    account = helix.created()
    helix.control.lock(account)
    assert told(helix.act("unlock", account)) == [62513]


def test_several_faults_at_once(helix) -> None:
    """All of them in `errors`."""
    answer = helix.initiate(type="x", accountNumber="#" * 18, routingNumber="x")
    assert sorted(told(answer)) == [62601, 62612, 62613, 69206]
