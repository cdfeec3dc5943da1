"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bankrails_clock.port import Clock
from bankrails_contracts.message import Service
from bankrails_contracts.settlement import CommandParked, CommandRefused
from bankrails_helcim.connections import HelcimConnections
from bankrails_helcim.side import open_side
from bankrails_helcim.token_findings import HOLDS_ONLY
from bankrails_helcim.tokens import TokenName
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Handling, Standing
from bankrails_messaging.holds import Holds
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Store
from bankrails_service.foundation import Foundation, foundation
from bankrails_service.peers import PeerKeys
from bankrails_vendor_http.budget import Budget, Quota
from bankrails_vendor_http.client import open_client
from prometheus_client import Counter
from pydantic import HttpUrl

from settlement_watcher.corrected_data import CorrectedData
from settlement_watcher.handlers import (
    explain_discrepancy,
    learn_from_payments,
    look_after_mandate,
    note_applied_corrections,
    note_outcomes,
    note_pauses,
    note_refunds,
    payment_findings,
    recheck_payment,
    reconcile_batch,
    record_batches,
    record_missing,
    record_notification_of_change,
    record_observation,
    record_reconciliation,
    record_return,
    record_settle,
    record_sweep,
    settle_batch,
    watch_payment,
)
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.ratios import Counters
from settlement_watcher.handlers.record_notification_of_change import ACCOUNTS_BUDGET
from settlement_watcher.metrics import GaugeReader, MerchantGauges, odd_rows_counter
from settlement_watcher.settings import RATIO_DEBITS_MIN, Settings
from settlement_watcher.store.books import StoredBooks
from settlement_watcher.store.reconciling import ALL_REPOSITORIES, SqlReconcilingReads
from settlement_watcher.store.tables import DENIED_RIGHT
from settlement_watcher.vendor.batches import batch_calls
from settlement_watcher.vendor.calls import Helcim, helcim_calls
from settlement_watcher.vendor.corrections import SealCorrection
from settlement_watcher.vendor.planning import LookPlanner

NAME = "settlement-watcher"

PEER = Quota(in_flight=10, per_minute=6_000, per_hour=360_000)
"""accounts-service's keys are kept for minutes, so hardly any of these is a call."""
PEER_TIMEOUT_SECONDS = 10.0


def handlings(
    merchants: Merchants,
    ratio_debits_min: int = RATIO_DEBITS_MIN,
    missing_right: settle_batch.MissingRight = lambda merchant_id, right: None,
) -> list[Handling[Any, Any]]:
    counters = Counters(merchants, ratio_debits_min)
    return [
        *map(note_outcomes.resolving, learn_from_payments.handlings(merchants)),
        note_outcomes.handling(),
        *map(payment_findings.around, note_refunds.handlings(merchants)),
        settle_batch.handling(merchants, missing_right),
        reconcile_batch.handling(merchants),
        explain_discrepancy.handling(),
        look_after_mandate.handling(merchants),
        watch_payment.handling(merchants),
        recheck_payment.handling(merchants),
        counters.around(payment_findings.around(record_return.handling(merchants))),
        *note_applied_corrections.HANDLINGS,
        *note_pauses.HANDLINGS,
    ]


def answerings(merchants: Merchants, ratio_debits_min: int = RATIO_DEBITS_MIN) -> list[Answering[Any]]:
    counters = Counters(merchants, ratio_debits_min)
    looks: list[Answering[Any]] = [
        *record_observation.answerings(merchants),
        *record_sweep.answerings(merchants),
        *record_reconciliation.answerings(merchants),
        record_missing.answering(merchants),
    ]
    return [
        *(counters.around_answer(payment_findings.around_answer(look)) for look in looks),
        record_batches.answering(merchants),
        *record_settle.answerings(),
        record_notification_of_change.ANSWERING,
    ]


def calls(
    helcim: HelcimConnections, merchants: Merchants, store: Store, clock: Clock, odd_rows: Counter | None = None
) -> list[VendorCall]:
    books = StoredBooks(store)
    planner = LookPlanner(books, merchants, clock)
    counter = odd_rows or odd_rows_counter()
    seen_by = Helcim(helcim.clients, helcim.processing, clock, merchants, books.payment, books, planner, counter)
    return [*helcim_calls(seen_by), *batch_calls(seen_by)]


def standing(merchants: Merchants) -> list[Standing]:
    return [*record_sweep.standing(merchants), *record_batches.standing(merchants)]


async def seal_corrections(base: Foundation, url: HttpUrl | None, corrected: CorrectedData) -> list[VendorCall]:
    """Nothing where no peer is named."""
    if url is None:
        return []
    http = await base.stack.enter_async_context(open_client(str(url), read_timeout_seconds=PEER_TIMEOUT_SECONDS))
    books = StoredBooks(base.store)
    return [SealCorrection(books.notice, corrected.decrypt, PeerKeys(str(url), http).seal)]


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(settings, Service.SETTLEMENT, NAME) as base:
        quota = Quota(settings.helcim_in_flight, settings.helcim_per_minute, settings.helcim_per_hour)
        holds = Holds()
        side = await open_side(
            base.stack,
            url=str(settings.helcim_url),
            file=settings.merchants_file,
            quota=quota,
            share=settings.helcim_share,
            used=(TokenName.WITHDRAW,),
            holds=holds,
            store=base.store,
            denied=DENIED_RIGHT,
            clock=base.clock,
        )
        helcim = side.connections
        merchants = Merchants(
            helcim.merchants,
            {"CA": settings.closed_days_ca, "US": settings.closed_days_us},
            timedelta(minutes=settings.look_every_minutes),
        )
        corrected = CorrectedData(base.sealing, base.vault)
        sealing = await seal_corrections(base, settings.accounts_jwks_url, corrected)
        budgets = {ACCOUNTS_BUDGET: Budget(PEER, base.clock)}
        notices = record_notification_of_change.handling(merchants, corrected.open, share=bool(sealing))
        ratio_debits_min = settings.return_ratio_debits_min
        odd_rows = odd_rows_counter()
        parts = base.parts(
            handlings=[*handlings(merchants, ratio_debits_min, side.rights.missing), notices],
            answerings=[*answerings(merchants, ratio_debits_min), HOLDS_ONLY],
            calls=[*calls(helcim, merchants, base.store, base.clock, odd_rows), side.probe, *sealing],
            repositories=ALL_REPOSITORIES,
            refused=CommandRefused,
            parked=CommandParked,
            reads=SqlReconcilingReads,
            budget_for=lambda name: budgets.get(name) or helcim.budgets[name],
            listens_to=(Service.PAYMENTS, Service.ACCOUNTS),
            standing=[*standing(merchants), *side.standing],
            probe=probe,
        )
        parts.registry.register(odd_rows)
        gauges = GaugeReader(MerchantGauges(parts.registry), merchants, base.store, base.clock)
        background = [*side.background(parts.registry), gauges.run]
        yield RunningService(replace(parts, holds=holds, background=background, routes=side.routes()))
