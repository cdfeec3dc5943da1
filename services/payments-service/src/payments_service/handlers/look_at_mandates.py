"""One look at all of a payer's mandates at the vendor, planned: again and again while something waits, once before a debit."""

import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.mandate import next_look
from payments_service.domain.payer_watch import LOOKING, PayerWatch

LOOK_AT_MANDATES = "look_at_mandates"

AHEAD_OF_DEBIT = timedelta(minutes=30)
SPREAD = timedelta(hours=6)
"""Debits are due in their thousands at one hour, and the vendor allows fifty calls a minute: each payer's look before
one has a time of its own in these hours."""
LOOK_STANDS = AHEAD_OF_DEBIT + SPREAD
"""A look before a debit is left out when the payer was looked at so shortly before."""


def begin_round(
    watch: PayerWatch | None, merchant_id: str, payer_id: str, vendor_customer_id: str, now: datetime
) -> tuple[PayerWatch, Work]:
    """Something waits from now on. The round before ends by itself."""
    before = watch or PayerWatch(payer_id)
    begun = replace(before, state=LOOKING, round=before.round + 1, since=now)
    payload = _payload(merchant_id, payer_id, vendor_customer_id) | {"round": begun.round}
    return begun, _look(merchant_id, payload, next_look(now, now))


def look_before(merchant_id: str, payer_id: str, vendor_customer_id: str, debit_at: datetime, now: datetime) -> Work:
    """A revocation since the mandate was accepted is learned before the debit goes out."""
    spread = timedelta(seconds=zlib.crc32(payer_id.encode()) % int(SPREAD.total_seconds()))
    payload = _payload(merchant_id, payer_id, vendor_customer_id)
    return _look(merchant_id, payload, max(now, debit_at - AHEAD_OF_DEBIT - spread))


def _payload(merchant_id: str, payer_id: str, vendor_customer_id: str) -> dict[str, Any]:
    return {"merchant_id": merchant_id, "payer_id": payer_id, "vendor_customer_id": vendor_customer_id, "round": None}


def _look(merchant_id: str, payload: dict[str, Any], due_at: datetime) -> Work:
    return Work(LOOK_AT_MANDATES, payload, helcim_budget(merchant_id), Lane.LOOK_UP, due_at=due_at)
