"""What operators see of differences and of what is overdue, from a real database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bankrails_clock import ManualClock
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import DiscrepancyKind
from prometheus_client import CollectorRegistry
from settlement_watcher.domain.discrepancy import Discrepancy, DiscrepancyState
from settlement_watcher.metrics import GaugeReader, MerchantGauges
from settlement_watcher.store.reconciling import DISCREPANCIES, SqlReconcilingReads
from settlement_watcher.store.repositories import PAYMENTS
from settlement_watcher.store.standings import standings


def test_open_differences_age_and_overdue_payments_are_shown(
    connection: Any, noon: datetime, merchants: Any, a_payment: Any
) -> None:
    """Each kind by itself; what is explained counts no more."""
    one = Discrepancy("d1", "maple-books", DiscrepancyKind.AMOUNT, "1", "2", noon, vendor_batch_id="47339")
    for item in (one, replace(one, id="d2", state=DiscrepancyState.EXPLAINED), replace(one, id="d3", merchant_id="x")):
        connection.execute(DISCREPANCIES.table.insert().values(DISCREPANCIES.row(item)))
    late = a_payment(state=PaymentState.IN_SETTLEMENT, overdue_at=noon, in_settlement_at=noon)
    connection.execute(PAYMENTS.table.insert().values(PAYMENTS.row(late)))

    registry = CollectorRegistry()
    clock = ManualClock(noon + timedelta(hours=2))
    reader = GaugeReader(MerchantGauges(registry), merchants, None, clock)  # type: ignore[arg-type]  # shown, not run
    reader.show(standings(connection, list(merchants.by_id)))

    def shown(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"bankrails_{name}", {"merchant": "maple-books"} | labels)

    assert shown("discrepancies_open", kind="amount") == 1
    assert shown("discrepancies_open", kind="status") == 0
    assert shown("discrepancies_oldest_seconds") == 7_200
    assert shown("settlement_overdue") == 1
    reads = SqlReconcilingReads(connection)
    assert [item.id for item in reads.open_discrepancies_of("47339")] == ["d1", "d3"]
    assert [item.id for item in reads.open_discrepancies("maple-books", (DiscrepancyKind.AMOUNT,))] == ["d1"]
    assert reads.longest_in_settlement("maple-books", 10) == []  # said already
