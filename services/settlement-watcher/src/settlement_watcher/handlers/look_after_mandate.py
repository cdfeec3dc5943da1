"""MandateAccepted: payments of that merchant may wait for just this one, so the vendor is looked at now.

Without a payment that waits nothing is asked. An acceptance that is heard of before the payment that waited for it costs a
day at most: the next sweep shows it. So does the sweep where more payments wait than this look asks for.
"""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.payments import MandateAccepted
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Decision, Handling, Work
from bankrails_vendor_http.budget import Lane

from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.ports import Reads

LOOK = "look"
"""A look beside the sweep, for a `purpose`."""
LATE = "late"
"""At payments that nobody has seen yet and whose batch may have closed."""
MANDATE = "mandate"
"""At payments that wait for a mandate."""


def decide(event: MandateAccepted, waits: bool, now: datetime) -> Decision:
    if not waits:
        return Decision()
    payload = {"merchant_id": event.merchant_id, "purpose": MANDATE}
    return Decision(work=(Work(LOOK, payload, helcim_budget(event.merchant_id), Lane.LOOK_UP),))


def handling(merchants: Merchants) -> Handling[MandateAccepted, bool]:
    def load(reads: Reads, events: Sequence[MandateAccepted]) -> list[bool]:
        waiting = reads.waits_for_mandate([event.merchant_id for event in events])
        return [event.merchant_id in waiting and merchants.get(event.merchant_id) is not None for event in events]

    return Handling(MandateAccepted, load, decide)
