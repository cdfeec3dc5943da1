"""Stories' events in any order, each twice, through the real message path, a real database and real sweeps."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    MandateAccepted,
    PaymentApproved,
    PaymentAwaitingMandate,
    PaymentCancelled,
    PaymentDeclined,
    PaymentOutcomeResolved,
    PaymentSubmitted,
)
from bankrails_contracts.settlement import RecordReturn
from bankrails_helcim.batch import AchBatch
from bankrails_helcim.client import HelcimClient, MerchantAccess, TransactionFilter
from bankrails_helcim.connections import HelcimConnections
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_helcim.wire import AchTransaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Life:
    """What becomes of one debit at the vendor, and when."""

    vendor_id: int
    amount: str
    currency: int
    created_at: datetime
    changes: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    def row(self, now: datetime) -> AchTransaction:
        return AchTransaction.model_validate(self.shown(now))

    def shown(self, now: datetime) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.vendor_id,
            "bankAccountId": 1,
            "amount": self.amount,
            "currency": self.currency,
            "statusAuth": 1,
            "statusClearing": 0,
            "statusBatch": 1,
            "transactionType": 1,
            "batchId": 40_000 + self.currency,
            "dateCreated": _wall(self.created_at),
            "dateClosed": "0000-00-00 00:00:00",
        }
        for at, change in self.changes:
            shown |= change if at <= now else {}
        return shown


class ScriptedHelcim(HelcimClient):
    """Shows its rows as they are at the clock's time."""

    def __init__(self, clock: ManualClock, lives: list[Life]) -> None:
        self._clock = clock
        self._lives = {life.vendor_id: life for life in lives}
        self.calls = 0

    async def transactions_page(
        self, access: MerchantAccess, where: TransactionFilter | None = None, page: int = 1, limit: int = 125
    ) -> list[AchTransaction]:
        self.calls += 1
        where = where or TransactionFilter()
        now = self._clock.now()
        rows = [
            life.row(now)
            for life in self._lives.values()
            if life.created_at <= now
            and (where.start_on is None or where.start_on <= wall_date(life.created_at, MOUNTAIN_TIME))
            and (where.end_on is None or wall_date(life.created_at, MOUNTAIN_TIME) <= where.end_on)
        ]
        found = [row for row in rows if not where.status_clearing or row.clearing in where.status_clearing]
        return found[(page - 1) * limit : page * limit]

    async def get_transaction(self, access: MerchantAccess, transaction_id: int) -> AchTransaction:
        self.calls += 1
        return self._lives[transaction_id].row(self._clock.now())

    async def list_batches(self, access: MerchantAccess) -> list[AchBatch]:
        now = self._clock.now()
        shown = [life.shown(now) for life in self._lives.values() if life.created_at <= now]
        return [
            _batch([row for row in shown if row["batchId"] == id]) for id in {row["batchId"] for row in shown} - {0}
        ]


def _wall(at: datetime) -> str:
    return at.astimezone(MOUNTAIN_TIME).strftime("%Y-%m-%d %H:%M:%S")


def _batch(rows: list[dict[str, Any]]) -> AchBatch:
    inside = [row for row in rows if row["statusAuth"] == 1]
    return AchBatch.model_validate(
        {
            "batchId": rows[0]["batchId"],
            "statusBatch": max(row["statusBatch"] for row in rows),
            "dateOpened": min(row["dateCreated"] for row in rows),
            "dateClosed": max(row["dateClosed"] for row in rows),
            "amountWithdrawals": str(sum(Decimal(row["amount"]) for row in inside)),
            "countWithdrawals": len(inside),
        }
    )


def closes(at: datetime) -> tuple[datetime, dict[str, Any]]:
    return at, {"statusBatch": 2, "dateClosed": _wall(at)}


def lives(noon: datetime) -> dict[str, list[Life]]:
    close = closes(noon + 5 * HOUR)
    cleared, back = (noon + 2 * DAY, {"statusClearing": 1}), (noon + 4 * DAY, {"statusClearing": 4})
    mandate = [(noon, {"statusAuth": 5, "batchId": 0}), (noon + 2 * HOUR, {"statusAuth": 1, "batchId": 40_001})]
    return {
        "maple-books": [
            Life(801, "49.95", 1, noon, [close, cleared]),
            Life(803, "10.00", 1, noon, [(noon + HOUR, {"statusAuth": 4})]),
            Life(805, "12.00", 1, noon, [*mandate, close, cleared]),
        ],
        "liberty-books": [Life(802, "120.00", 2, noon, [close, cleared, back])],
    }


def story(noon: datetime) -> list[tuple[str, Event]]:
    """Four debits and one that never became any; which ones come late is up to the dice."""

    def of(model: type[Event], payment_id: str, minor: int, country: str = "CA", **fields: Any) -> Event:
        about = {
            "merchant_id": "maple-books" if country == "CA" else "liberty-books",
            "payment_id": payment_id,
            "payer_id": "payer",
            "bank_account_id": "account",
            "external_account_id": "external",
            "amount": {"amount_minor": minor, "currency": "CAD" if country == "CA" else "USD"},
            "country": country,
            "holder_type": "business",
        }
        return model.model_validate(about | fields)

    told = [
        of(PaymentSubmitted, "p1", 4_995, vendor_payment_id="801", submitted_at=noon),
        of(PaymentApproved, "p1", 4_995, vendor_payment_id="801", approved_at=noon),
        of(PaymentOutcomeResolved, "p2", 12_000, "US", vendor_payment_id="802", resolution="found"),
        of(PaymentSubmitted, "p2", 12_000, "US", vendor_payment_id="802", submitted_at=noon),
        of(PaymentApproved, "p2", 12_000, "US", vendor_payment_id="802", approved_at=noon),
        of(PaymentSubmitted, "p3", 1_000, vendor_payment_id="803", submitted_at=noon),
        of(PaymentApproved, "p3", 1_000, vendor_payment_id="803", approved_at=noon),
        of(PaymentCancelled, "p3", 1_000, vendor_payment_id="803"),
        of(PaymentDeclined, "p4", 2_000, reason="account closed"),
        of(PaymentSubmitted, "p5", 1_200, vendor_payment_id="805", submitted_at=noon),
        of(PaymentAwaitingMandate, "p5", 1_200, vendor_payment_id="805"),
        MandateAccepted(
            merchant_id="maple-books", mandate_id="m", bank_account_id="account", accepted_at=noon + 2 * HOUR
        ),
    ]
    return [(f"e{n}", event) for n, event in enumerate(told)]


STEPS = {
    "p1": ["payment-in-settlement", "payment-cleared", "funds-available", "payment-final"],
    "p2": ["payment-in-settlement", "payment-cleared", "payment-returned", "return-code-learned"],
    "p3": [],
    "p4": [],
    "p5": ["payment-in-settlement", "payment-cleared", "funds-available", "payment-final"],
}
ENDS = {"p1": "FINAL", "p2": "RETURNED", "p3": "CANCELLED", "p4": "DECLINED", "p5": "FINAL"}


LOOKED_AT = 36 * HOUR
"""All looks until then are made, while the events come; of the later ones, which find less and less, a few."""


async def leap(bench: Any, to: datetime) -> None:
    """As after a pause: what was due meanwhile is due at once, a single time."""
    if to > bench.clock.now():
        bench.clock.set(to)
        await bench.quiet()


@pytest.fixture
def play(a_bench: Callable[..., Any], merchants: Any, noon: datetime) -> Callable[..., Any]:
    async def played(seed: int, looked_at: timedelta = LOOKED_AT) -> tuple[Any, ScriptedHelcim]:
        dice = random.Random(seed)
        clock = ManualClock(noon)
        vendor = {name: ScriptedHelcim(clock, some) for name, some in lives(noon).items()}
        access = {name: MerchantAccess(name, "a-token") for name in vendor}
        bench = a_bench(HelcimConnections(merchants.by_id, vendor, access, access, access, {}, {}), clock)
        events = story(noon) * 2
        if seed:
            dice.shuffle(events)
        async with bench.engine as engine:
            await bench.stand()
            while events:
                size = dice.randint(1, 6)
                batch, events = events[:size], events[size:]
                await engine.hear(*batch)
                if seed and dice.random() < 0.7:
                    await bench.advance(clock.now() + dice.uniform(0, 2) * HOUR)
            report = RecordReturn(
                merchant_id="liberty-books", payment_id="p2", code="R01", returned_on=(noon + 3 * DAY).date()
            )
            await bench.advance(noon + looked_at)
            for days in (3, 5):
                await leap(bench, noon + days * DAY)
            await engine.send(report)
            for days in (10, 17, 24):
                await leap(bench, noon + days * DAY)
            bench.payments = {name: await bench.payment(name) for name in STEPS}
        return bench, vendor["maple-books"]

    return played


@pytest.mark.parametrize("seed", range(10))
async def test_a_story_told_in_any_order_and_twice_ends_the_same(seed: int, play: Any) -> None:
    """Kafka gives no order between services, and each event perhaps twice; the sweeps go on meanwhile."""
    bench, _ = await play(seed)
    assert {name: payment.state for name, payment in bench.payments.items()} == ENDS
    seen = {name: [each for each in bench.told(name) if each != "vendor-payment-observed"] for name in STEPS}
    assert seen == STEPS
    p1, p2 = bench.payments["p1"], bench.payments["p2"]
    assert (p2.return_code, str(p2.returned_on)) == ("R01", "2026-03-05")
    assert (p1.holder_type, p1.external_account_id, p1.amount_minor) == ("business", "external", 4_995)
    assert len({item["vendor_batch_id"] for item in bench.data("batch-closed")}) == len(bench.data("batch-closed")) == 2
    assert not bench.engine.dispatcher.parked


async def test_the_waiting_costs_one_call_a_look(play: Any) -> None:
    """A poll that goes on for what has ended, or that lists what cannot change, would spend the merchant's quota."""
    days, banking_days = 7, 5
    _, vendor = await play(0, days * DAY)
    looks, after_the_close = banking_days * 12, days * 4
    assert looks < vendor.calls < looks + after_the_close + 60
