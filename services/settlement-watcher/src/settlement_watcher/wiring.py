"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from bankrails_clock.port import Clock
from bankrails_contracts.message import Service
from bankrails_contracts.settlement import CommandParked, CommandRefused
from bankrails_helcim.connections import HelcimConnections, connect
from bankrails_helcim.merchants_file import read_merchants
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Handling
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Store
from bankrails_service.foundation import foundation
from bankrails_vendor_http.budget import Quota

from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers import (
    learn_from_payments,
    look_after_mandate,
    recheck_payment,
    record_observation,
    record_return,
    record_sweep,
    watch_payment,
)
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.ports import Watchlist
from settlement_watcher.settings import Settings
from settlement_watcher.store.repositories import PAYMENTS, REPOSITORIES, SqlReads, cleared_by_vendor_id, watchlist
from settlement_watcher.vendor.calls import Helcim, helcim_calls

NAME = "settlement-watcher"


@dataclass(frozen=True)
class OpenInStore:
    """vendor.sweep.Open on a store."""

    store: Store

    async def watchlist(self, merchant_id: str, now: datetime, claims_end_by: date) -> Watchlist:
        return await self.store.read(partial(watchlist, merchant_id=merchant_id, now=now, claims_end_by=claims_end_by))

    async def cleared(self, merchant_id: str, vendor_ids: Sequence[str]) -> list[WatchedPayment]:
        return await self.store.read(partial(cleared_by_vendor_id, merchant_id=merchant_id, vendor_ids=vendor_ids))

    async def payment(self, payment_id: str) -> WatchedPayment:
        return await self.store.read(lambda connection: PAYMENTS.get_many(connection, [payment_id])[payment_id])


def handlings(merchants: Merchants) -> list[Handling[Any, Any]]:
    return [
        *learn_from_payments.handlings(merchants),
        look_after_mandate.handling(merchants),
        watch_payment.handling(merchants),
        recheck_payment.handling(merchants),
        record_return.handling(merchants),
    ]


def answerings(merchants: Merchants) -> list[Answering[Any]]:
    return [*record_observation.answerings(merchants), *record_sweep.answerings(merchants)]


def calls(helcim: HelcimConnections, merchants: Merchants, store: Store, clock: Clock) -> list[VendorCall]:
    open_in_store = OpenInStore(store)
    return helcim_calls(
        Helcim(helcim.clients, helcim.processing, clock, merchants, open_in_store.payment, open_in_store)
    )


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(settings, Service.SETTLEMENT, NAME) as base:
        quota = Quota(settings.helcim_in_flight, settings.helcim_per_minute, settings.helcim_per_hour)
        entries = read_merchants(settings.merchants_file)
        helcim = await connect(base.stack, str(settings.helcim_url), entries, quota, settings.helcim_share, base.clock)
        merchants = Merchants(helcim.merchants, {"CA": settings.closed_days_ca, "US": settings.closed_days_us})
        yield RunningService(
            base.parts(
                handlings=handlings(merchants),
                answerings=answerings(merchants),
                calls=calls(helcim, merchants, base.store, base.clock),
                repositories=REPOSITORIES,
                refused=CommandRefused,
                parked=CommandParked,
                reads=SqlReads,
                budget_for=helcim.budgets.__getitem__,
                listens_to=(Service.PAYMENTS,),
                standing=record_sweep.standing(merchants),
                probe=probe,
            )
        )
