"""A token that the vendor does not take any more: the watcher waits, and then tells what it has missed."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.parts import HolderType
from bankrails_contracts.payments import PaymentApproved
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.connections import connect
from bankrails_helcim.rights import Rights
from bankrails_helcim.token_findings import HOLDS_ONLY, standing
from bankrails_helcim.token_probe import TokenProbe
from bankrails_helcim.token_watch import TokenWatch
from bankrails_helcim.tokens import MerchantTokens, TokenName
from bankrails_messaging.holds import Hold, Holds
from bankrails_sandbox import ControlClient, SandboxProcess
from bankrails_vendor_http.budget import Quota

from .conftest import MERCHANTS_FILE

MERCHANT = "maple-books"
NAME = "withdraw-only"
BUDGET = helcim_budget(MERCHANT)


@pytest.fixture
async def watched_bench(a_bench: Any, sandbox: SandboxProcess, clock: ManualClock) -> AsyncIterator[Any]:
    """With the tokens watched over as the service does it."""
    tokens: dict[str, MerchantTokens] = {}
    holds = Holds()

    async def keep(denial: object) -> None:
        raise AssertionError("no right is missing here")

    watch = TokenWatch(Rights(tokens), keep, holds, clock)
    entries = {entry.id: entry for entry in MERCHANTS_FILE.merchants}
    async with AsyncExitStack() as stack:
        quota = Quota(5, 100, 3_000)
        helcim = await connect(stack, sandbox.helcim_url, entries, quota, 1.0, clock, tokens, watch.access_refused)
        made = a_bench(helcim, clock)
        made.engine.holds = holds
        made.engine.calls = [*made.engine.calls, TokenProbe(helcim.clients, tokens, (TokenName.WITHDRAW,), watch)]
        made.engine.answerings = [*made.engine.answerings, HOLDS_ONLY]
        made.standing += standing(list(entries))
        async with made.engine:
            await made.stand()
            yield made


async def test_a_revoked_token_stops_the_looks_and_loses_none_of_what_they_would_have_shown(
    watched_bench: Any, canadian: Any, control: ControlClient, clock: ManualClock, noon: datetime
) -> None:
    """Revoked before the close and back the next afternoon: no call is spent but the tests of the token, every five
    minutes, and then the first look tells of the batch that closed meanwhile."""
    vendor_id = await canadian.debit(2_000)
    approved = PaymentApproved(
        merchant_id=MERCHANT,
        payment_id="one",
        payer_id="payer",
        bank_account_id="account",
        amount=Money(amount_minor=2_000, currency=Currency.CAD),
        country="CA",
        holder_type=HolderType.PERSONAL,
        vendor_payment_id=vendor_id,
        approved_at=noon,
    )
    bench, engine = watched_bench, watched_bench.engine
    await engine.hear((secrets.token_hex(8), approved))
    control.switch_token(MERCHANT, NAME, disabled=True)

    async def until(to: datetime) -> None:
        await bench.advance(to, lambda at: control.jump(to=at))

    await until(noon + timedelta(hours=8))
    assert engine.holds.on(BUDGET) == {Hold.TOKEN_REJECTED}
    assert bench.told("one") == []
    control.switch_token(MERCHANT, NAME, disabled=False)
    await until(noon + timedelta(hours=8, minutes=6))
    assert engine.holds.on(BUDGET) == set()
    await until(noon + timedelta(hours=9))
    assert bench.told("one") == ["vendor-payment-observed", "payment-in-settlement"]
    assert [item["payments"] for item in bench.data("batch-closed")] == [1]
    assert not engine.dispatcher.parked
