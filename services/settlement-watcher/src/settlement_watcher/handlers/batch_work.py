"""The work that batches make: kinds, payloads, lanes."""

from datetime import datetime
from typing import Any

from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Work
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.batch import Batch
from settlement_watcher.domain.watched_payment import WatchedPayment

BATCHES = "batches"
SETTLE = "settle_batch"
CONFIRM_CLOSE = "confirm_close"
RECONCILE = "reconcile_batch"
RECONCILE_ASKED = "reconcile_batch_asked"
ASK_MISSING = "ask_missing"


def settle(batch: Batch) -> Work:
    gate = f"settle/{batch.merchant_id}/{batch.id}"
    return Work(SETTLE, _of(batch), helcim_budget(batch.merchant_id), Lane.PERSON, gate=gate)


def confirm_close(batch: Batch) -> Work:
    return Work(CONFIRM_CLOSE, _of(batch), helcim_budget(batch.merchant_id), Lane.PERSON)


def reconcile(batch: Batch, due_at: datetime | None = None, *, asked: bool = False) -> Work:
    kind, lane = (RECONCILE_ASKED, Lane.LOOK_UP) if asked else (RECONCILE, Lane.POLLING)
    return Work(kind, _of(batch) | {"phase": "totals"}, helcim_budget(batch.merchant_id), lane, due_at=due_at)


def ask_missing(payment: WatchedPayment, now: datetime) -> Work:
    payload = {
        "merchant_id": payment.merchant_id,
        "payment_id": payment.id,
        "vendor_payment_id": payment.vendor_payment_id,
        "looks": 0,
        "first_at": now.isoformat(),
    }
    return Work(ASK_MISSING, payload, helcim_budget(payment.merchant_id), Lane.POLLING)


def _of(batch: Batch) -> dict[str, Any]:
    return {"merchant_id": batch.merchant_id, "batch_id": batch.id}
