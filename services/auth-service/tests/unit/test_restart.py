"""A process that ends in the middle of a login."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auth_service.domain.login import Step, StepOutcome
from auth_service.ports import LoginStart, Typed
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import BankVendor
from bankrails_messaging.unopened import Unopened
from bankrails_testkit.engine import Engine


class SlowVendor:
    """A bank that never answers, and a vendor that is asked afterwards what became of it."""

    def __init__(self) -> None:
        self.started = self.recovered = 0

    async def start(self, start: LoginStart, typed: Typed) -> Step:
        self.started += 1
        await asyncio.Event().wait()
        raise AssertionError("nothing sets it")

    async def recover(self, start: LoginStart) -> Step:
        self.recovered += 1
        return Step(outcome=StepOutcome.IN_PROGRESS, login_ref="MBR-1", user_ref="USR-1")


def opened(jwe: str) -> str | Unopened:
    return "typed" if jwe else Unopened(RefusalCode.SEAL_BROKEN, "gone")


@pytest.mark.parametrize(("country", "recovered"), [("CA", 0), ("US", 1)])
async def test_a_login_is_never_begun_twice(
    open_engine: Callable[..., Engine], a_start: Callable[..., Any], country: str, recovered: int
) -> None:
    """Canada: nobody can tell, so the person is asked. United States: the member, if there is one, is adopted."""
    vendor = SlowVendor()
    vendors = dict.fromkeys(BankVendor, vendor)
    async with open_engine(vendors, opened) as engine:
        await engine.send(a_start(country=country))
        await engine.until(lambda: vendor.started, "the call")
    async with open_engine(vendors, opened, after_crash=True) as engine:
        await engine.idle()
        engine.clock.advance(timedelta(seconds=2))
        await engine.until(lambda: engine.published or vendor.recovered, "what became of it")
        await engine.idle()
        told = ["authentication-outcome-unknown"] if country == "CA" else []
        assert [item.name for item in engine.published] == told
    assert (vendor.started, vendor.recovered) == (1, recovered)
