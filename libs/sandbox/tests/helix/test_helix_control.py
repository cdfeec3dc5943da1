"""Steering Helix: faults, gates, reset, an administrator's acts, and both clients."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import pytest
from bankrails_sandbox import ControlRefused, FaultKind, Moment, load_config
from bankrails_sandbox.decoding import DecodingError
from bankrails_sandbox.helix.records import Status


def test_a_lost_answer_to_create_is_made_good_by_the_tag(helix) -> None:
    """The natural key at work: the account is there once, the repeat is refused, and the tag finds it."""
    helix.control.fault(FaultKind.CUT, operation="create", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(httpx.TransportError):
        helix.create(tag="t-1")
    again = helix.create(tag="t-1")
    assert [error["code"] for error in again.json()["errors"]] == [62003]
    assert helix.call("GET", "/externalAccount/getByTag/1001/t-1").json()["data"]["status"] == "Verified"
    (effect,) = helix.control.effects(idempotency_key="t-1")
    assert (effect.times, effect.merchant) == (1, "bankrails")


def test_a_lost_answer_to_a_wrong_amount_has_cost_its_attempt(helix) -> None:
    """Why verify is never repeated by a machine: a refusal can be lost too, and its effect stays."""
    account = helix.initiated()
    helix.control.fault(FaultKind.CUT, operation="verify", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(httpx.TransportError):
        helix.verify(account, 0.01, 0.02)
    assert helix.control.account(account).attempts_left == 2


def test_before_the_effect_nothing_has_happened(helix) -> None:
    """The other half of every fault."""
    helix.control.fault(FaultKind.CUT, moment=Moment.BEFORE_EFFECT, times=1)
    with pytest.raises(httpx.TransportError):
        helix.create()
    assert helix.control.effects() == ()
    assert [(call.outcome, call.count) for call in helix.control.calls().calls] == [("cut", 1)]


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 520])
def test_a_status_comes_in_the_vendors_envelope_or_bare(helix, status: int) -> None:
    """50000 and the status; a proxy's answer may have no body at all."""
    helix.control.fault(FaultKind.STATUS, status=status, times=1)
    answer = helix.create()
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert [error["code"] for error in answer.json()["errors"]] == [50000 + status]
    helix.control.fault(FaultKind.STATUS, status=status, body="none", times=1)
    assert helix.create().content == b""
    helix.control.fault(FaultKind.GARBAGE, times=1)
    with pytest.raises(ValueError, match=r"."):
        helix.create().json()
    assert len(helix.control.effects()) == 1


def test_two_creates_with_one_tag_at_once_make_one_account(helix) -> None:
    """Both held at the gate, so that both are in flight."""
    helix.control.fault(FaultKind.HOLD, operation="create", times=2)
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(helix.create, tag="t-1") for _ in range(2)]
        helix.control.wait_until_held(waiting=2)
        assert helix.control.release() == 2
        assert sorted(call.result(20).status_code for call in calls) == [200, 400]
    assert len(helix.control.effects(kind="helix.external_account.created")) == 1


def test_faults_of_one_vendor_are_not_another_vendors(helix, sandbox) -> None:
    """Each has its own plan, effects and counts."""
    sandbox.control.fault(FaultKind.STATUS, status=500)
    assert helix.create().status_code == 200
    assert sandbox.control.effects() == ()
    with pytest.raises(ControlRefused, match="verify-routing-number"):
        helix.control.fault(FaultKind.CUT, operation="withdraw")
    with pytest.raises(ControlRefused, match="bankrails"):
        helix.control.fault(FaultKind.CUT, merchant="maple-books")


def test_reset_leaves_the_configured_customers(helix, sandbox) -> None:
    """And nothing else: not the tag, the program's switches, or a window's end."""
    helix.initiated(tag="t-1")
    helix.control.switch_program(ip_trusted=False)
    added = helix.control.add_customer()
    sandbox.control.reset()
    assert helix.initiated(tag="t-1") == 4001
    assert helix.control.add_customer() == added
    helix.control.reset()
    sandbox.control.advance(seconds=20 * 86_400)
    assert helix.control.effects() == ()


def test_customers_are_made_here_since_the_suite_makes_none(helix) -> None:
    """With the people who may act for them."""
    assert helix.control.add_customer(name="Bob") == 1003
    assert helix.control.add_customer(7001, managers=(1001,)) == 7001
    assert helix.create(customerId=7001, requestingCustomerId=1001).status_code == 200
    assert helix.create(customerId=1003, requestingCustomerId=1001).status_code == 400
    with pytest.raises(ControlRefused) as refused:
        helix.control.add_customer(7001)
    assert refused.value.status == 400
    shown = helix.call("GET", f"{helix.sandbox.url}/control/helix/customers").json()["customers"]
    assert {row["id"]: row["external_accounts_counted"] for row in shown} == {1001: 0, 1002: 0, 1003: 0, 7001: 1}


def test_an_administrator_acts_within_the_state_machine(helix) -> None:
    """Denied from a failed or waiting verification, reviewed from VerifyLocked, and no other way."""
    verified, waiting, locked = helix.created(), helix.initiated(), helix.initiated()
    for _ in range(3):
        helix.verify(locked, 0.01, 0.02)
    for account, act in ((verified, "deny"), (verified, "review"), (waiting, "review")):
        with pytest.raises(ControlRefused):
            helix.control.deny(account) if act == "deny" else helix.control.review(account, Status.VERIFIED)
    with pytest.raises(ControlRefused):
        helix.control.review(locked, Status.ARCHIVED)
    assert helix.control.review(locked, Status.VERIFIED).status is Status.VERIFIED
    assert helix.control.deny(waiting).status is Status.DENIED
    assert helix.get(waiting)["status"] == "Denied"
    with pytest.raises(ControlRefused) as unknown:
        helix.control.deny(9999)
    assert unknown.value.status == 404
    with pytest.raises(ControlRefused, match="nothing is pending"):
        helix.control.settle(verified)
    with pytest.raises(ControlRefused, match="62002"):
        helix.control.create_as_admin({"customerId": 1001, "accountNumber": "1", "routingNumber": "021000021"})


def test_the_secret_is_shown_by_its_last_four_only(helix) -> None:
    """Also by a sandbox: habits are made here."""
    shown = helix.call("GET", f"{helix.sandbox.url}/control/helix/program").json()
    assert (shown["api_secret"], shown["throttled"]) == ("…ple1", False)
    with pytest.raises(ControlRefused):
        helix.control.switch_program(api_secret="other")


@pytest.mark.parametrize(
    "helix",
    [
        {"program": {"time_zone": "Mars/Olympus"}},
        {"program": {"verification_type": "any"}},
        {"customers": [{"id": 1}, {"id": 1}]},
        {"assumptions": {"trial_amounts_minor": [18]}},
        {"assumptions": {"exhausted_status": "Verified"}},
        {"assumptions": {"account_number_pattern": "("}},
        {"assumptions": {"archive_day_begins": "25:00"}},
        {"limit": {}},
    ],
)
def test_a_bad_configuration_is_refused(tmp_path: Path, helix) -> None:
    """Not found out by the first call that needs it."""
    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps({"helix": helix}))
    with pytest.raises(DecodingError, match="helix"):
        load_config(path)


async def test_the_awaiting_client_does_what_the_blocking_one_does(helix, sandbox) -> None:
    """Same methods, same answers, same refusals."""
    account = helix.initiated(tag="t-1")
    async with sandbox.async_control() as control:
        awaiting = control.helix
        await awaiting.switch_program(external_accounts_max=5)
        assert await awaiting.add_customer(name="Bob") == 1003
        await awaiting.money_pending(account)
        await awaiting.settle(account)
        await awaiting.money_moved(account)
        await awaiting.lock(account, "fraud")
        await awaiting.unlock(account)
        await awaiting.apply_noc(account, "C01", account_number="55566677")
        await awaiting.deny(account)
        assert await awaiting.account(account) == helix.control.account(account)
        assert await awaiting.effects() == helix.control.effects()
        assert await awaiting.calls() == helix.control.calls()
        with pytest.raises(ControlRefused) as refused:
            await awaiting.review(account, Status.VERIFIED)
        assert refused.value.status == 400
        with pytest.raises(ControlRefused):
            await awaiting.create_as_admin({})
        await control.reset()
        assert await awaiting.effects() == ()
    blocking = {name for name in dir(helix.control) if not name.startswith("_")}
    assert blocking == {name for name in dir(awaiting) if not name.startswith("_")}
