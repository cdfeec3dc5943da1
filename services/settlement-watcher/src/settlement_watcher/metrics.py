"""The watcher's own metrics, with the question each answers: counted from the store now and then, not incremented."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bankrails_clock.port import Clock
from bankrails_contracts.settlement import DiscrepancyKind
from bankrails_messaging.store import Store
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy import Connection

from settlement_watcher.domain.ratios import figures
from settlement_watcher.domain.reserve import reserve_minor
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.store.standings import NoticesOpen, Standings, standings

READ_EVERY_SECONDS = 5.0
"""Each reading is a few small queries, and nobody scrapes more often."""


def odd_rows_counter() -> Counter:
    """Of no registry: the looks that count are made before the service's is."""
    question = "How many rows of the vendor's say what none of its documents explains?"
    return Counter("bankrails_odd_rows", question, ("oddity",), registry=None)


class MerchantGauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, question: str, *labels: str) -> Gauge:
            return Gauge(f"bankrails_{name}", question, labels, registry=registry)

        self.ratio = gauge("return_ratio", "What part of the debits of 60 days came back?", "merchant", "ratio")
        self.returned = gauge("return_ratio_returned", "How many of them came back?", "merchant", "ratio")
        self.originated = gauge("return_ratio_originated", "Of how many debits?", "merchant")
        self.claims_open = gauge(
            "claims_open_minor", "How much of what has cleared can payers still claim back?", "merchant"
        )
        self.claims_reserve = gauge(
            "claims_reserve_minor", "How much of that is to be kept, by the reserve policy?", "merchant"
        )
        self.notices_open = gauge("noc_open", "How many notices of change are not applied?", "merchant")
        self.notices_due = gauge(
            "noc_oldest_due_seconds",
            "How long until the oldest of them must be applied? Below zero: overdue.",
            "merchant",
        )
        self.discrepancies = gauge(
            "discrepancies_open", "Where do our books and the vendor's differ, unexplained?", "merchant", "kind"
        )
        self.discrepancies_age = gauge(
            "discrepancies_oldest_seconds", "How long has the oldest of them been open?", "merchant"
        )
        self.overdue = gauge("settlement_overdue", "What should the banks have moved, and have not?", "merchant")


@dataclass(frozen=True)
class GaugeReader:
    gauges: MerchantGauges
    merchants: Merchants
    store: Store
    clock: Clock

    async def run(self) -> None:
        """Runs until cancelled, beside the service's other parts."""
        while True:
            self.show(await self.store.read(self._read))
            await asyncio.sleep(READ_EVERY_SECONDS)

    def _read(self, connection: Connection) -> Standings:
        return standings(connection, list(self.merchants.by_id))

    def show(self, found: Standings) -> None:
        gauges, now = self.gauges, self.clock.now()
        for merchant_id, merchant in self.merchants.by_id.items():
            calendar = self.merchants.calendar(merchant_id)
            notices = found.notices.get(merchant_id, NoticesOpen())
            gauges.notices_open.labels(merchant_id).set(notices.number)
            if notices.oldest_apply_by is None:
                gauges.notices_due.remove(merchant_id)
            else:
                due_at = calendar.at(notices.oldest_apply_by + timedelta(days=1), time(0))
                gauges.notices_due.labels(merchant_id).set((due_at - now).total_seconds())
            self._differences(merchant_id, found, now)
            counts = found.counts.get(merchant_id)
            if counts is None:
                continue
            now_figures = figures(counts, calendar.date_of(now))
            for ratio, figure in now_figures.items():
                gauges.ratio.labels(merchant_id, ratio.value).set(figure.ratio)
                gauges.returned.labels(merchant_id, ratio.value).set(figure.returned)
                gauges.originated.labels(merchant_id).set(figure.originated)
            gauges.claims_open.labels(merchant_id).set(counts.claims_open_minor)
            policy = merchant.claims_reserve_basis_points
            gauges.claims_reserve.labels(merchant_id).set(reserve_minor(counts.claims_open_minor, now_figures, policy))

    def _differences(self, merchant_id: str, found: Standings, now: datetime) -> None:
        gauges = self.gauges
        oldest = now
        for kind in DiscrepancyKind:
            known = found.discrepancies.get((merchant_id, kind))
            gauges.discrepancies.labels(merchant_id, kind.value).set(0 if known is None else known.number)
            oldest = oldest if known is None else min(oldest, known.oldest_found_at)
        gauges.discrepancies_age.labels(merchant_id).set((now - oldest).total_seconds())
        gauges.overdue.labels(merchant_id).set(found.overdue.get(merchant_id, 0))
