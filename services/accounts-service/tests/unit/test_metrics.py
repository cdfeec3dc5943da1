"""The gauges: what a person is paged for."""

import asyncio
import math
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from accounts_service.domain.applied_change import AppliedChange
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.metrics import AccountGauges, GaugeReader
from accounts_service.store.repositories import APPLIED_CHANGES, EXTERNAL_ACCOUNTS
from bankrails_clock import ManualClock
from bankrails_contracts.accounts import ExternalAccountState
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_testkit.stores import put
from prometheus_client import CollectorRegistry


@pytest.mark.parametrize(
    ("due", "seconds"),
    [
        (None, math.inf),
        (date(2026, 3, 2), 17 * 3600),  # noon in UTC is seven in New York: until midnight there
        (date(2026, 3, 1), -7 * 3600),
    ],
)
async def test_what_is_due_is_shown_in_seconds(
    database: Path, noon: datetime, an_account: Callable[..., ExternalAccount], due: date | None, seconds: float
) -> None:
    """Below zero is overdue; nothing due must not look like something due now."""
    store, registry = SqliteStore(database, {}), CollectorRegistry()
    change = AppliedChange("c", "external", "C01", *(None,) * 7, noon, "us", apply_by=due)
    waiting = an_account(id="waiting", number_fingerprint=None, state=ExternalAccountState.OVER_LIMIT)
    await store.write(lambda connection: put(connection, (APPLIED_CHANGES, change), (EXTERNAL_ACCOUNTS, waiting)))
    reader = asyncio.create_task(GaugeReader(AccountGauges(registry), store, ManualClock(noon)).run())
    name = "bankrails_accounts_corrections_untold"
    while not registry.get_sample_value(name):
        await asyncio.sleep(0.001)
    reader.cancel()
    assert registry.get_sample_value("bankrails_accounts_corrections_due_seconds") == seconds
    assert registry.get_sample_value("bankrails_accounts_over_limit", {"waits_for": "support"}) == 1
    assert registry.get_sample_value("bankrails_accounts_external", {"state": "VERIFIED"}) == 0
    await store.close()
