"""MerchantPaused and MerchantResumed, as payments-service tells them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bankrails_contracts.payments import MerchantPaused, MerchantResumed
from bankrails_messaging.decisions import Decision, Handling

from settlement_watcher.domain.merchant_pause import MerchantPause, PauseState
from settlement_watcher.reconciling_ports import ReconcilingReads


def paused(event: MerchantPaused, known: MerchantPause, now: datetime) -> Decision:
    return _changed(known, replace(known, state=PauseState.PAUSED, reason=event.reason))


def resumed(event: MerchantResumed, known: MerchantPause, now: datetime) -> Decision:
    return _changed(known, replace(known, state=PauseState.ACTIVE, reason=""))


def _changed(known: MerchantPause, after: MerchantPause) -> Decision:
    return Decision() if after == known else Decision(after)


def load(reads: ReconcilingReads, events: Sequence[MerchantPaused | MerchantResumed]) -> list[MerchantPause]:
    found = reads.pauses([event.merchant_id for event in events])
    return [found.get(event.merchant_id) or MerchantPause(event.merchant_id) for event in events]


HANDLINGS: list[Handling[Any, MerchantPause]] = [
    Handling(MerchantPaused, load, paused),
    Handling(MerchantResumed, load, resumed),
]
