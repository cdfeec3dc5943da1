"""SettlementOverdue: the banks should have moved it by now. Once for each payment."""

from collections.abc import Iterable
from datetime import datetime

from bankrails_contracts.settlement import SettlementOverdue
from bankrails_messaging.decisions import Decision
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.overdue import expected_by
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers.about import about


def overdue(
    in_settlement: Iterable[WatchedPayment], calendar: BankingCalendar, now: datetime, *, first_batches: bool
) -> list[Decision]:
    decisions = []
    for payment in in_settlement:
        by = expected_by(calendar, payment.in_settlement_at or payment.since, first_batches=first_batches)
        if by <= now:
            event = SettlementOverdue(**about(payment), expected_by=by, vendor_batch_id=payment.vendor_batch_id)
            decisions.append(Decision(learned(payment, overdue_at=now), (event,)))
    return decisions
