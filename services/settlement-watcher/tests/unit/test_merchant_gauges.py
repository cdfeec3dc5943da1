"""What operators see of each merchant: ratios with their numbers, open claims and their reserve, notices and their clock."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.settlement import CorrectedAccountType
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_testkit.stores import comes_back, sqlite_connection
from prometheus_client import CollectorRegistry
from settlement_watcher.domain.change_notice import ChangeNotice, NoticeState
from settlement_watcher.domain.ratios import Level, MerchantCounts
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.metrics import GaugeReader, MerchantGauges
from settlement_watcher.store.repositories import COUNTS, NOTICES, PAYMENTS, SqlReads
from settlement_watcher.store.standings import standings

US = "liberty-books"
NOTICE = ChangeNotice(
    id="notice",
    merchant_id=US,
    payment_id="payment",
    external_account_id="external",
    bank_account_id="account",
    code="C07",
    routing_number="121042882",
    account_number_encrypted="v1.abc",
    account_masked="******6789",
    account_type=CorrectedAccountType.SAVINGS.value,
    name="ADA",
    individual_id="42",
    received_on=date(2026, 3, 2),
    apply_by=date(2026, 3, 10),
    state=NoticeState.OPEN,
    content_hash="made-by",
    sequence=1,
    version=2,
)
COUNTED = MerchantCounts(
    US,
    {"2026-03-02": [150, 1, 2, 3], "2025-12-01": [9, 9, 9, 9]},
    claims_open_minor=1_000_000,
    overall=Level.NEAR,
    content_hash="made-by",
    sequence=3,
    version=4,
)


@pytest.fixture
def put(database):
    def into(*snapshots):
        with sqlite_connection(database) as connection:
            for snapshot in snapshots:
                repository = NOTICES if isinstance(snapshot, ChangeNotice) else COUNTS
                connection.execute(repository.table.insert().values(repository.row(snapshot)))
            connection.commit()

    return into


@pytest.fixture
def shown(database, merchants, noon):
    async def at(now=noon, **fields):
        policy = Merchants({name: replace(item, **fields) for name, item in merchants.by_id.items()})
        registry = CollectorRegistry()
        store = SqliteStore(database, {})
        reader = GaugeReader(MerchantGauges(registry), policy, store, ManualClock(now))
        reader.show(await store.read(lambda connection: standings(connection, list(policy.by_id))))
        await store.close()
        return lambda name, **labels: registry.get_sample_value(f"bankrails_{name}", {"merchant": US, **labels})

    return at


def test_counts_and_notices_come_back_as_they_were(connection):
    comes_back(connection, COUNTS, COUNTED)
    comes_back(connection, NOTICES, NOTICE)


def test_a_notice_of_little_comes_back_as_it_was(connection):
    comes_back(
        connection,
        NOTICES,
        replace(
            NOTICE,
            external_account_id=None,
            bank_account_id=None,
            routing_number=None,
            account_number_encrypted=None,
            account_masked=None,
            account_type=None,
            name=None,
            individual_id=None,
        ),
    )


def test_a_payment_keeps_its_presentments_disputes_and_counts(an_american, connection):
    comes_back(
        connection,
        PAYMENTS,
        an_american(
            presentment=2,
            re_presents="p1",
            first_settled_on=date(2026, 1, 5),
            disputes="R68 R73",
            bank_account_id="account",
            counted_on=date(2026, 3, 2),
            counted_as="originated overall",
        ),
    )


@pytest.mark.parametrize("state", NoticeState)
def test_only_what_is_told_and_not_applied_is_found_by_its_accounts(state, connection):
    for n, (external, bank) in enumerate([("external", None), (None, "account"), ("other", "other")]):
        row = replace(NOTICE, id=str(n), external_account_id=external, bank_account_id=bank, state=state)
        connection.execute(NOTICES.table.insert().values(NOTICES.row(row)))
    reads = SqlReads(connection)
    found = reads.open_notices(external_account_ids=["external"]) + reads.open_notices(bank_account_ids=["account"])
    assert [item.id for item in found] == (["0", "1"] if state is NoticeState.OPEN else [])
    assert reads.open_notices() == []


async def test_ratios_are_shown_with_what_they_are_made_of(put, shown):
    """A ratio alone does not tell one of three from a thousand of three thousand."""
    put(COUNTED)
    value = await shown()
    assert value("return_ratio", ratio="overall") == 3 / 150
    assert value("return_ratio_returned", ratio="unauthorized") == 1
    assert value("return_ratio_originated") == 150


async def test_a_ratio_falls_as_its_days_leave_the_look_back(put, shown, noon):
    put(COUNTED)
    value = await shown(noon + timedelta(days=60))
    assert (value("return_ratio", ratio="overall"), value("return_ratio_originated")) == (0, 0)


async def test_open_claims_and_their_reserve_are_shown(put, shown):
    put(COUNTED)
    assert (await shown())("claims_open_minor") == 1_000_000
    assert (await shown())("claims_reserve_minor") == 6_667
    assert (await shown(claims_reserve_basis_points=250))("claims_reserve_minor") == 25_000


async def test_the_clock_of_the_oldest_open_notice_is_shown(put, shown, noon):
    """It runs to the end of the last day by the banks' clock, and goes below zero when it was missed."""
    put(
        NOTICE,
        replace(NOTICE, id="sealing", state=NoticeState.SEALING, apply_by=date(2026, 3, 9)),
        replace(NOTICE, id="applied", state=NoticeState.APPLIED, apply_by=date(2026, 3, 3)),
        replace(NOTICE, id="noted", state=NoticeState.NOTED, apply_by=date(2026, 3, 3)),
    )
    value = await shown()
    assert value("noc_open") == 2
    assert value("noc_oldest_due_seconds") == (7 * 24 + 12 - 1) * 3_600  # the clocks change in between
    assert (await shown(noon + timedelta(days=9)))("noc_oldest_due_seconds") < 0


async def test_without_an_open_notice_there_is_no_clock(put, shown):
    put(replace(NOTICE, state=NoticeState.APPLIED))
    value = await shown()
    assert (value("noc_open"), value("noc_oldest_due_seconds")) == (0, None)


async def test_a_notice_that_is_applied_takes_its_clock_away(database, merchants, noon, put):
    put(NOTICE)
    registry = CollectorRegistry()
    store = SqliteStore(database, {})
    reader = GaugeReader(MerchantGauges(registry), merchants, store, ManualClock(noon))
    reader.show(await store.read(lambda connection: standings(connection, [US])))
    assert registry.get_sample_value("bankrails_noc_oldest_due_seconds", {"merchant": US}) is not None
    await store.write(lambda connection: connection.execute(NOTICES.table.update().values(state=NoticeState.APPLIED)))
    reader.show(await store.read(lambda connection: standings(connection, [US])))
    assert registry.get_sample_value("bankrails_noc_oldest_due_seconds", {"merchant": US}) is None
    await store.close()
