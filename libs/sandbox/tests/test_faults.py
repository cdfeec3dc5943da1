"""Faults on demand: what the caller sees, and what happened at the vendor all the same."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2 as httpx
import pytest
from bankrails_sandbox import ControlRefused, Fault, FaultBody, FaultKind, Moment
from bankrails_sandbox.faults import FaultPlan

AFTER = Moment.AFTER_EFFECT


def test_a_connection_cut_before_the_effect_leaves_nothing(shop, control) -> None:
    """The TCP connection is closed without an answer; the next call on a new one works."""
    body, key = shop.payer(), shop.key()
    control.fault(FaultKind.CUT, operation="withdraw", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        shop.withdraw(body, key)
    assert shop.debits() == 0
    assert shop.withdraw(body, key).status_code == 200
    assert shop.debits() == 1


def test_a_connection_cut_after_the_effect_hides_a_debit(shop, control) -> None:
    """The caller knows as little as before, but the money moves. The same key brings the lost answer."""
    body, key = shop.payer(), shop.key()
    control.fault(FaultKind.CUT, operation="withdraw", times=1, moment=AFTER)
    with pytest.raises(httpx.RemoteProtocolError):
        shop.withdraw(body, key)
    (effect,) = control.effects(kind="withdraw", idempotency_key=key)
    assert shop.withdraw(body, key).json()["transaction"]["id"] == effect.id
    assert shop.debits() == 1
    cut = [count for count in control.calls().calls if count.outcome == "cut"]
    assert [(count.path, count.count) for count in cut] == [("/ach/withdraw", 1)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_comes_instead_of_the_effect(shop, control, status: int) -> None:
    """With the vendor's usual body, or with none: 500 is declared without one."""
    body = shop.payer()
    control.fault(FaultKind.STATUS, operation="withdraw", times=1, status=status)
    control.fault(FaultKind.STATUS, operation="withdraw", times=2, status=status, body=FaultBody.NONE)
    answers = [shop.withdraw(body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert isinstance(answers[0].json()["errors"], str)
    assert answers[1].content == b""
    assert shop.debits() == 0


def test_a_500_may_also_come_after_the_effect(shop, control) -> None:
    """Which is why a 5xx answers nothing."""
    body, key = shop.payer(), shop.key()
    control.fault(FaultKind.STATUS, operation="withdraw", times=1, moment=AFTER)
    assert shop.withdraw(body, key).status_code == 500
    assert shop.debits() == 1
    assert shop.withdraw(body, key).status_code == 200
    assert shop.debits() == 2  # its key was not kept, since that was no success


def test_garbage_is_a_200_that_no_parser_takes(shop, control) -> None:
    """By default the answer was spoilt on its way, so the debit is there."""
    control.fault(FaultKind.GARBAGE, operation="withdraw", times=1)
    answer = shop.withdraw(shop.payer())
    assert answer.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011 - a decoding or a JSON error, either will do
        answer.json()
    assert shop.debits() == 1


def test_latency_is_real_time_and_the_clock_stands(shop, control) -> None:
    """Call deadlines are real, so slowness must be; it is at least what was asked for."""
    control.fault(FaultKind.LATENCY, operation="connection-test", latency_ms=150)
    started, before = time.monotonic(), control.clock().now
    shop.call("GET", "/connection-test")
    assert time.monotonic() - started >= 0.15
    assert control.clock().now == before


@pytest.mark.parametrize(("moment", "debits_while_held"), [(Moment.BEFORE_EFFECT, 0), (AFTER, 1)])
def test_a_held_call_goes_on_when_released_even_if_its_caller_is_gone(shop, control, moment, debits_while_held) -> None:
    """A process killed in mid-call does not call back what the vendor has received."""
    body = shop.payer()
    control.fault(FaultKind.HOLD, operation="withdraw", moment=moment, times=1, gate="door")
    impatient = httpx.Client(base_url=shop.http.base_url, headers=shop.http.headers, timeout=0.3)
    with pytest.raises(httpx.ReadTimeout):
        impatient.put("/ach/withdraw", json=body, headers={"idempotency-key": shop.key()})
    impatient.close()
    control.wait_until_held("door")
    assert shop.debits() == debits_while_held
    assert control.release("door") == 1
    deadline = time.monotonic() + 10
    while shop.debits() == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shop.debits() == 1


def test_a_released_gate_stays_open_until_a_new_hold(shop, control) -> None:
    """Late comers are not left waiting; the same name serves again."""
    control.fault(FaultKind.HOLD, operation="connection-test")
    control.release()
    assert shop.call("GET", "/connection-test").status_code == 200
    control.clear_faults()
    control.fault(FaultKind.HOLD, operation="connection-test")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(shop.call, "GET", "/connection-test")
        control.wait_until_held()
        control.clear_faults()
        assert held.result().status_code == 200


def test_waiting_for_a_call_that_does_not_come_ends(control) -> None:
    """With a time-out and not with silence."""
    with pytest.raises(TimeoutError):
        control.wait_until_held("nobody", wait_seconds=0)


def test_a_fault_strikes_only_where_it_is_aimed(shop, american_shop, control) -> None:
    """By operation, by merchant, and as often as it says."""
    control.fault(FaultKind.STATUS, operation="list-customers", merchant="maple-books", times=2)
    assert shop.call("GET", "/connection-test").status_code == 200
    assert american_shop.call("GET", "/customers").status_code == 200
    assert [shop.call("GET", "/customers").status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_can_be_removed(shop, control) -> None:
    """One, or all."""
    one = control.fault(FaultKind.STATUS, operation="list-customers")
    control.fault(FaultKind.STATUS, operation="list-transactions")
    control.remove_fault(one)
    assert shop.call("GET", "/customers").status_code == 200
    assert shop.call("GET", "/ach/transactions").status_code == 500
    control.clear_faults()
    assert shop.call("GET", "/ach/transactions").status_code == 200
    with pytest.raises(ControlRefused, match="no such fault"):
        control.remove_fault(one)


def test_latency_and_a_cut_can_strike_one_call(shop, control) -> None:
    """A slow call that is then lost is the commonest trouble of all."""
    control.fault(FaultKind.LATENCY, operation="withdraw", latency_ms=50, times=1)
    control.fault(FaultKind.CUT, operation="withdraw", moment=AFTER, times=1)
    started = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        shop.withdraw(shop.payer())
    assert time.monotonic() - started >= 0.05
    assert shop.debits() == 1


def test_a_probable_fault_is_the_same_in_every_run_of_a_seed() -> None:
    """A chaos run prints its seed and can be replayed."""

    def strikes(seed: int) -> list[bool]:
        plan = FaultPlan()
        plan.plant(Fault(FaultKind.CUT, probability=0.3, seed=seed))
        return [bool(plan.draw("withdraw", "m")) for _ in range(200)]

    assert strikes(7) == strikes(7) != strikes(8)
    assert 30 < sum(strikes(7)) < 90


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": "withdrawal"},
        {"merchant": "nobody"},
        {"times": 0},
        {"probability": 1.5},
        {"kind": "flood"},
        {"moment": "during"},
        {"status": 200},
        {"latency": 5},
    ],
)
def test_a_fault_that_could_never_strike_as_meant_is_refused(sandbox, wrong: dict) -> None:
    """A misspelt fault that is silently ignored makes a test that proves nothing."""
    answer = httpx.post(f"{sandbox.url}/control/helcim/faults", json={"kind": "status"} | wrong)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert httpx.get(f"{sandbox.url}/control/helcim/faults").json() == {"faults": []}
