"""The service's own metrics, with the question each answers: counted from the store now and then, not incremented."""

import asyncio
from dataclasses import dataclass
from datetime import date, time, timedelta

from bankrails_clock.port import Clock
from bankrails_messaging.store import Store
from bankrails_rails.banking_days import BankingCalendar
from prometheus_client import CollectorRegistry, Gauge

from accounts_service.store.standings import standings

READ_EVERY_SECONDS = 5.0
"""Each reading is a few small queries, and nobody scrapes more often."""

_BANKS = BankingCalendar("US")


class AccountGauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, question: str, *labels: str) -> Gauge:
            return Gauge(f"bankrails_accounts_{name}", question, labels, registry=registry)

        self.accounts = gauge("external", "How many external accounts are in which state?", "state")
        self.locked = gauge("locked", "How many verified accounts are locked?")
        self.at_odds = gauge("at_odds", "Of how many does the vendor show a status that ours cannot follow?")
        self.approvals = gauge("over_limit", "How many accounts beyond the limit wait for a person?", "waits_for")
        self.corrections = gauge("corrections_untold", "How many applied corrections are not told yet?")
        self.corrections_due = gauge(
            "corrections_due_seconds",
            "How long until the first of them is due at the bank? Below zero: overdue. Infinite: none.",
        )


@dataclass(frozen=True)
class GaugeReader:
    gauges: AccountGauges
    store: Store
    clock: Clock

    async def run(self) -> None:
        """Runs until cancelled, beside the service's other parts."""
        while True:
            found = await self.store.read(standings)
            gauges = self.gauges
            for state, number in found.by_state.items():
                gauges.accounts.labels(state).set(number)
            gauges.locked.set(found.locked)
            gauges.at_odds.set(found.at_odds)
            gauges.approvals.labels("support").set(found.by_state["OVER_LIMIT"])
            gauges.approvals.labels("vendor").set(found.by_state["APPROVED_OVER_LIMIT"])
            gauges.corrections.set(found.corrections_untold)
            gauges.corrections_due.set(self.seconds_until(found.correction_due))
            await asyncio.sleep(READ_EVERY_SECONDS)

    def seconds_until(self, day: date | None) -> float:
        """Until the end of that day."""
        if day is None:
            return float("inf")
        return (_BANKS.at(day + timedelta(days=1), time(0)) - self.clock.now()).total_seconds()
