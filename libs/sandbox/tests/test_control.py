"""The control API and the clock service, over HTTP and through both clients."""

import asyncio
import dataclasses
from datetime import timedelta

import httpx2 as httpx
import pytest
from bankrails_clock import RemoteClock
from bankrails_sandbox import ControlRefused, FaultKind


def test_effects_tell_a_payment_in_order(shop, control) -> None:
    """What a reconciliation after a chaos run reads."""
    key = shop.key()
    body = shop.payer()
    shop.withdraw(body, key)
    effects = control.effects(merchant="maple-books")
    assert [effect.kind for effect in effects] == [
        "create-customer",
        "create-bank-account",
        "create-pad",
        "mail",
        "accept-pad",
        "withdraw",
    ]
    debit = effects[-1]
    assert (debit.amount_minor, debit.currency, debit.idempotency_key) == (4995, "CAD", key)
    assert (debit.customer_id, debit.bank_account_id) == (body["customerId"], body["bankAccountId"])
    assert (debit.at, debit.times, len(debit.call_ids)) == (control.clock().now, 1, 1)
    assert control.effects(after=debit.number) == ()
    assert control.effects(merchant="liberty-books") == ()


def test_calls_are_counted_by_path_and_outcome(shop, control, open_shop) -> None:
    """A path with its ids taken out, so that a load run makes few rows."""
    for id in (1, 2):
        shop.call("GET", f"/customers/{id}")
    open_shop("nobody").call("GET", "/customers/1")
    counted = {(call.merchant, call.path, call.outcome): call.count for call in control.calls().calls}
    assert counted == {
        ("maple-books", "/customers/{customer_id}", "404"): 2,
        ("", "/customers/{customer_id}", "401"): 1,
    }
    assert control.calls(merchant="maple-books").total == 2


def test_tokens_are_shown_by_their_last_four_only(sandbox) -> None:
    """Also by a sandbox: habits are made here."""
    answer = httpx.get(f"{sandbox.url}/control/helcim/merchants")
    assert "admin-token" not in answer.text
    assert answer.json()["merchants"][0]["tokens"][0]["value"] == "…oken"


def test_reset_forgets_everything_but_the_time(shop, control) -> None:
    """Each test of a suite starts from nothing in the same process."""
    shop.payer()
    control.fault(FaultKind.CUT)
    control.switch_merchant("maple-books", deposit_account_approved=False)
    before = control.clock().now
    control.reset()
    assert (control.effects(), control.mails(), control.calls().total) == ((), (), 0)
    assert shop.withdraw(shop.payer()).json()["transaction"]["id"] == 109361
    assert control.clock().now == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/control/helcim/pads/1/accept", {}, 404),
        ("POST", "/control/helcim/transactions/1/decline", {}, 404),
        ("POST", "/control/helcim/customers/1/bank-form", {}, 404),
        ("PATCH", "/control/helcim/merchants/nobody", {}, 404),
        ("PATCH", "/control/helcim/merchants/maple-books/tokens/nobody", {}, 404),
        ("PATCH", "/control/helcim/merchants/maple-books", {"rate_limit": False}, 400),
        ("PATCH", "/control/helcim/merchants/maple-books", {"rate_limited": "no"}, 400),
        ("GET", "/control/helcim/effects?after=x", None, 400),
        ("GET", "/control/helcim/nothing", None, 404),
        ("POST", "/clock/advance", {}, 400),
        ("POST", "/clock/advance", {"seconds": -1}, 400),
        ("POST", "/clock/advance", {"seconds": 1e30}, 400),
        ("POST", "/clock/advance", {"seconds": True}, 400),
        ("POST", "/clock/advance", {"to": "2030-01-01T00:00:00"}, 400),
        ("POST", "/clock/advance", {"seconds": 1, "patience_seconds": "1"}, 400),
        ("POST", "/clock/advance", {"seconds": 1, "patience_seconds": -1}, 400),
        ("POST", "/clock/advance", {"seconds": 1, "patience_seconds": True}, 400),
        ("POST", "/clock/jump", {"seconds": -1}, 400),
        ("POST", "/clock/jump", {"seconds": 1, "patience_seconds": 1}, 400),
        ("POST", "/clock/parties", {}, 400),
        ("POST", "/clock/parties", {"name": "", "port": 1}, 400),
        ("POST", "/clock/parties", {"name": "a/b", "port": 1}, 400),
        ("POST", "/clock/parties", {"name": "a", "port": 0}, 400),
        ("POST", "/clock/parties", {"name": "a", "port": True}, 400),
        ("POST", "/clock/parties", {"name": "a", "port": 65536}, 400),
        ("POST", "/clock/parties", {"name": "a", "port": 1, "path": "idle"}, 400),
        ("POST", "/clock/parties", {"name": "a", "port": 1, "host": "elsewhere"}, 400),
        ("DELETE", "/clock/parties/nobody", None, 404),
        ("POST", "/clock/advance", {"to": "2001-01-01T00:00:00Z"}, 400),
        ("POST", "/clock/advance", {"seconds": 1, "to": "2030-01-01T00:00:00Z"}, 400),
        ("POST", "/clock/flow", {"running": 1}, 400),
        ("GET", "/clock?after=x&wait_seconds=y", None, 400),
        ("PUT", "/clock", None, 405),
    ],
)
def test_a_wrong_request_is_refused(sandbox, method: str, path: str, body, status: int) -> None:
    """Never half done, never silently ignored."""
    content = {} if body is None else {"json": body}
    assert httpx.request(method, sandbox.url + path, **content).status_code == status


def test_the_clock_moves_by_seconds_and_to_an_instant(control) -> None:
    """Frozen in between, so instants are exact."""
    before = control.clock()
    after = control.advance(seconds=90)
    assert after.now - before.now == timedelta(seconds=90)
    assert after.version != before.version
    later = after.now + timedelta(days=1)
    assert control.advance(to=later).now == control.clock().now == later


def test_time_can_be_let_flow_and_frozen(control) -> None:
    """By default it flows; here it was frozen by configuration."""
    assert control.flow(True).running
    assert not control.flow(False).running
    assert control.clock().now == control.clock().now


async def test_a_remote_clock_follows_the_service(sandbox) -> None:
    """Both ends of the contract, over a socket."""
    async with RemoteClock(sandbox.clock_url) as clock, sandbox.async_control() as control:
        start = clock.now()
        assert start == (await control.clock()).now
        waiting = asyncio.create_task(clock.wait_until(start + timedelta(days=60), asyncio.Event()))
        await control.advance(seconds=61 * 86400)
        async with asyncio.timeout(10):
            await waiting
        assert clock.now() == start + timedelta(days=61)


async def test_the_awaiting_client_does_what_the_blocking_one_does(sandbox, shop) -> None:
    """Same methods, same answers, same refusals."""
    body = shop.payer(accepted=False)
    async with sandbox.async_control() as control:
        (pad,) = shop.pads(body["customerId"])
        await control.accept_pad(pad["id"])
        assert await control.effects() == sandbox.control.effects()
        assert dataclasses.asdict(await control.calls()) == dataclasses.asdict(sandbox.control.calls())
        with pytest.raises(ControlRefused) as refused:
            await control.accept_pad(1)
        assert refused.value.status == 404


def test_the_control_api_is_not_among_the_vendors_paths(shop) -> None:
    """Nothing that the vendor does not have can be reached below its base."""
    assert shop.call("GET", "/control/helcim/effects").status_code == 404
