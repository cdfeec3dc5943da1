"""Micro-deposits: ten statuses, magic numbers, three attempts, three weeks.

Statuses and edges: docs.mx.com, microdeposits (overview, API testing, connect widget testing), and connect-widget.
"""

from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.clients import MxConfig
from bankrails_sandbox.mx.vocabulary import MicrodepositStatus as Status

FIELDS = """account_name account_number account_type created_at email error_code error_message first_name guid
    institution_code institution_name last_name routing_number status updated_at verified_at"""
ERROR_GROUP = (Status.ERRORED, Status.DENIED, Status.PREVENTED, Status.CONFLICTED, Status.REJECTED)
TWO_MINUTES, DAY = 130, 86_400


def test_it_takes_two_minutes_to_arrive(deposits, details) -> None:
    """INITIATED, REQUESTED, DEPOSITED; whoever does not poll sees the first."""
    start = deposits.mx.sandbox.control.clock().now
    created = deposits.create().json()["micro_deposit"]
    guid = created["guid"]
    assert set(created) == set(FIELDS.split())
    assert guid.startswith("MIC-")
    assert {name: created[name] for name in details} == details
    seen = [created["status"]]
    for seconds in (5, 119, 1):
        deposits.mx.sandbox.control.advance(seconds=seconds)
        seen.append(deposits.status(guid))
    assert seen == ["INITIATED", "REQUESTED", "REQUESTED", "DEPOSITED"]
    moved = {effect.kind: effect.at - start for effect in deposits.control.effects()}
    assert moved["mx.microdeposit_deposited"] == timedelta(seconds=125)


def test_the_right_amounts_verify_it(deposits) -> None:
    """For good: further amounts are not asked for."""
    guid = deposits.deposited()
    verified = deposits.verify(guid)
    body = verified.json()["micro_deposit"]
    assert (verified.status_code, body["status"], body["verified_at"]) == (200, "VERIFIED", body["updated_at"])
    assert deposits.verify(guid).status_code == 405


def test_a_third_wrong_pair_prevents_it(deposits) -> None:
    """A 200 each time: only the status tells, and the last is final."""
    guid = deposits.deposited()
    assert [deposits.told(guid, 0.02, 0.02) for _ in range(3)] == ["DENIED", "DENIED", "PREVENTED"]
    assert deposits.verify(guid).status_code == 405
    assert deposits.get(guid).json()["micro_deposit"]["error_message"]


def test_after_a_wrong_pair_the_right_one_verifies(deposits) -> None:
    """DENIED may retry."""
    guid = deposits.deposited()
    assert deposits.told(guid, 0.01, 0.09) == "DENIED"
    assert deposits.control.microdeposits()[0].attempts_left == 2
    assert deposits.told(guid, 0.09, 0.09) == "VERIFIED"


@pytest.mark.parametrize("pair", [(0.04, 0.01), (0.01, 0.04)])
def test_one_pair_fails_for_good(deposits, pair: tuple[float, float]) -> None:
    """At the first attempt already."""
    assert deposits.told(deposits.deposited(), *pair) == "PREVENTED"


@pytest.mark.parametrize("amount", [None, 0, 0.1, 0.095, -0.09, 9, "0.09", True, 1e30])
def test_an_amount_that_is_none_costs_no_attempt(deposits, amount: Any) -> None:
    """0.01 to 0.09, a number; digits after the point are the widget's own form."""
    guid = deposits.deposited()
    assert deposits.verify(guid, 0.09, amount).status_code == 400
    assert deposits.status(guid) == "DEPOSITED"
    assert deposits.control.microdeposits()[0].attempts_left == 3


def test_amounts_are_asked_for_only_once_they_are_there(deposits) -> None:
    """A verify before that is a constraint not met."""
    guid = deposits.created()
    assert deposits.verify(guid).status_code == 405
    deposits.mx.sandbox.control.advance(seconds=5)
    assert deposits.verify(guid).status_code == 405
    assert deposits.verify("MIC-unknown").status_code == 404


def test_another_account_number_is_errored_at_the_provider(deposits) -> None:
    """Only those that begin with 3333 are good."""
    guid = deposits.created(account_number="4444000011")
    assert deposits.status(guid) == "INITIATED"
    deposits.mx.sandbox.control.advance(seconds=TWO_MINUTES)
    assert deposits.status(guid) == "ERRORED"
    assert deposits.create(account_number="4444000011").json()["micro_deposit"]["status"] == "INITIATED"


def test_a_second_one_for_an_account_is_conflicted(deposits) -> None:
    """What a repeat after a lost answer meets: the caller lists, finds the first, and deletes the second."""
    first = deposits.created()
    second = deposits.create().json()["micro_deposit"]
    assert (second["status"], second["guid"] != first) == ("CONFLICTED", True)
    deposits.mx.call("DELETE", f"{deposits.user}/micro_deposits/{first}")
    assert deposits.create().json()["micro_deposit"]["status"] == "INITIATED"
    listed = deposits.mx.call("GET", f"{deposits.user}/micro_deposits").json()
    assert [row["status"] for row in listed["micro_deposits"]] == ["CONFLICTED", "INITIATED"]


def test_a_fourth_account_of_one_email_is_rejected(deposits) -> None:
    """Three verified ones per address; another address is free."""
    for number in range(3):
        assert deposits.told(deposits.deposited(account_number=f"333300001{number}"), 0.09, 0.09) == "VERIFIED"
    rejected = deposits.create(account_number="3333000020").json()["micro_deposit"]
    assert (rejected["status"], bool(rejected["error_message"])) == ("REJECTED", True)
    other = deposits.create(account_number="3333000020", email="other@example.com")
    assert other.json()["micro_deposit"]["status"] == "INITIATED"


def test_after_three_weeks_it_is_gone_unless_amounts_were_told(deposits) -> None:
    """INITIATED, REQUESTED and DEPOSITED ones; the others stay."""
    untouched, denied = deposits.deposited(), deposits.deposited(account_number="3333000012")
    deposits.verify(denied, 0.02, 0.02)
    deposits.mx.sandbox.control.advance(seconds=21 * DAY - 3 * TWO_MINUTES)
    assert deposits.status(untouched) == "DEPOSITED"
    deposits.mx.sandbox.control.advance(seconds=2 * TWO_MINUTES)
    assert deposits.get(untouched).status_code == 404
    assert deposits.verify(untouched).status_code == 404
    assert deposits.told(denied, 0.09, 0.09) == "VERIFIED"
    (gone,) = deposits.control.effects(kind="mx.microdeposit_deleted")
    assert (gone.reference, gone.detail) == (untouched, "retention")
    assert deposits.control.microdeposits()[0].deleted_at is not None


def test_a_deleted_one_does_nothing_more(deposits) -> None:
    """Nothing is sent, and it is in no list."""
    guid = deposits.created()
    path = f"{deposits.user}/micro_deposits/{guid}"
    assert (deposits.mx.call("DELETE", path).status_code, deposits.mx.call("DELETE", path).status_code) == (204, 404)
    deposits.mx.sandbox.control.advance(seconds=30 * DAY)
    assert [effect.kind for effect in deposits.control.effects()][-1] == "mx.microdeposit_deleted"
    assert deposits.mx.call("GET", f"{deposits.user}/micro_deposits").json()["pagination"]["total_entries"] == 0


def test_a_client_and_a_user_see_their_own_alone(deposits, open_mx) -> None:
    """verify has no user in its path, and is another client's no more for that."""
    guid = deposits.deposited()
    other_user = "/users/" + deposits.mx.call("POST", "/users", {"user": {"id": "o"}}).json()["user"]["guid"]
    assert deposits.mx.call("GET", f"{other_user}/micro_deposits/{guid}").status_code == 404
    body = {"micro_deposit": {"deposit_amount_1": 0.09, "deposit_amount_2": 0.09}}
    assert open_mx(client="other").call("PUT", f"/micro_deposits/{guid}/verify", body).status_code == 404
    assert deposits.status(guid) == "DEPOSITED"


def test_a_lost_answer_to_a_wrong_pair_has_cost_its_attempt(deposits) -> None:
    """Why verify is never repeated by a machine."""
    guid = deposits.deposited()
    deposits.control.fault(FaultKind.CUT, operation="verify-microdeposit", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(httpx.TransportError):
        deposits.verify(guid, 0.02, 0.02)
    assert deposits.control.microdeposits()[0].attempts_left == 2


@pytest.mark.parametrize("status", list(Status))
def test_each_status_can_be_forced_and_is_told_by_its_name(deposits, status: Status) -> None:
    """Also the one that nothing leads to here; nothing more happens by itself then."""
    guid = deposits.created()
    assert deposits.control.force_microdeposit(guid, status).status is status
    body = deposits.get(guid).json()["micro_deposit"]
    failed = status in ERROR_GROUP and status is not Status.DENIED
    assert (body["status"], body["error_code"]) == (status.name, status.name if failed else None)
    deposits.mx.sandbox.control.advance(seconds=TWO_MINUTES)
    assert deposits.status(guid) == status.name


def test_answers_are_plain_json_in_the_older_version_too(open_mx, deposits_of) -> None:
    """Of the older version only a few endpoints are; and lists tell of a page that cannot be asked for."""
    older = deposits_of(open_mx(version="v20111101"))
    older.created()
    listed = older.mx.call("GET", f"{older.user}/micro_deposits?records_per_page=10&page=9")
    assert listed.headers["content-type"] == "application/json"
    assert len(listed.json()["micro_deposits"]) == listed.json()["pagination"]["total_entries"] == 1
    user = older.mx.call("GET", older.user)
    assert user.headers["content-type"] == "application/vnd.mx.api.v1+json"


def test_a_deleted_user_takes_them_along(deposits) -> None:
    """And nothing is sent any more."""
    deposits.created()
    deposits.mx.call("DELETE", deposits.user)
    assert deposits.control.microdeposits()[0].deleted_at is not None


def test_effects_and_views_hold_no_full_account_number(deposits, details) -> None:
    """They end up in test reports."""
    deposits.deposited()
    base = f"{deposits.mx.sandbox.url}/control/mx"
    shown = deposits.mx.call("GET", f"{base}/effects").text + deposits.mx.call("GET", f"{base}/micro-deposits").text
    assert details["account_number"] not in shown
    assert "******0011" in shown


def test_what_is_assumed_can_be_switched(fresh_mx, deposits_of) -> None:
    """Each guess of ours, the other way round."""
    assumptions = Assumptions(
        deposits_requested_seconds=1,
        deposits_sent_seconds=1,
        deposits_kept_days=1,
        deposit_attempts_max=1,
        deposit_verified_per_email_max=1,
        deposit_conflicts_across_users=False,
        deposit_good_number_prefix="5",
        deposit_other_numbers_end=Status.REJECTED,
        deposit_bad_routing_numbers=("011401533",),
        deposit_bad_routing_number_refused=False,
        deposit_refusal_status=422,
        deposit_verify_too_early_status=422,
        deposit_name_pattern="[a-z]+",
        deposit_number_pattern="[0-9-]+",
        deposit_amounts_in_any_order=False,
    )
    deposits = deposits_of(fresh_mx(MxConfig(assumptions=assumptions)))
    names = {"first_name": "ada", "last_name": "example"}
    assert deposits.create().status_code == 422
    first = deposits.created(**names, account_number="5-1")
    assert deposits.verify(first).status_code == 422
    again = deposits_of(deposits.mx)
    assert again.create(**names, account_number="5-1").json()["micro_deposit"]["status"] == "INITIATED"
    bad = deposits.create(**names, account_number="5-2", routing_number="011401533")
    assert bad.json()["micro_deposit"]["status"] == "REJECTED"
    other = deposits.created(**names, account_number="3333")
    deposits.mx.sandbox.control.advance(seconds=2)
    assert (deposits.status(first), deposits.status(other)) == ("DEPOSITED", "REJECTED")
    assert deposits.told(first, 0.09, 0.09) == "VERIFIED"
    fourth = deposits.create(**names, account_number="5-3").json()["micro_deposit"]
    assert fourth["status"] == "REJECTED"
    turned = deposits.deposited(**names, account_number="5-4", email="b@example.com")
    assert deposits.told(turned, 0.01, 0.04) == "PREVENTED"
    waiting = deposits.deposited(**names, account_number="5-5", email="b@example.com")
    deposits.mx.sandbox.control.advance(seconds=DAY)
    assert deposits.get(waiting).status_code == 404


def test_a_client_without_the_feature_is_told(fresh_mx, deposits_of) -> None:
    """403 everywhere, before anything is looked at."""
    deposits = deposits_of(fresh_mx(MxConfig(assumptions=Assumptions(micro_deposits_enabled=False))))
    listed = deposits.mx.call("GET", f"{deposits.user}/micro_deposits")
    assert [deposits.create().status_code, listed.status_code, deposits.verify("MIC-1").status_code] == [403] * 3


async def test_the_awaiting_client_does_the_same(deposits, details) -> None:
    """Same methods, same answers."""
    account = {field: details[field] for field in ("account_number", "routing_number", "account_type")}
    guid = deposits.created(**dict.fromkeys([*account, "account_name"]))
    async with deposits.mx.sandbox.async_control() as control:
        assert (await control.mx.submit_details(guid, **account)).status is Status.INITIATED
        await control.mx.force_microdeposit(guid, Status.CONFLICTED)
        assert await control.mx.microdeposits() == deposits.control.microdeposits()
    blocking = {name for name in dir(deposits.control) if not name.startswith("_")}
    assert blocking == {name for name in dir(control.mx) if not name.startswith("_")}
