"""The watcher's calls at Helcim: all of them reads, so all of them may be repeated."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bankrails_clock.port import Clock
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_messaging.calls import Answer, Payload, ReadCall, VendorCall
from prometheus_client import Counter

from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.look_after_mandate import LOOK
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.recheck_payment import RECHECK
from settlement_watcher.handlers.record_sweep import SWEEP
from settlement_watcher.handlers.watch_payment import FIRST_LOOK
from settlement_watcher.vendor.rows import observation
from settlement_watcher.vendor.sweep import Books, Planner, Sweep


@dataclass(frozen=True)
class Helcim:
    """What every call needs."""

    clients: Mapping[str, HelcimClient]
    """By merchant id."""
    processing: Mapping[str, MerchantAccess]
    clock: Clock
    merchants: Merchants
    load_payment: Callable[[str], Awaitable[WatchedPayment]]
    books: Books
    planner: Planner
    odd_rows: Counter


@dataclass(frozen=True)
class _LookAtOne(ReadCall):
    helcim: Helcim

    async def send(self, payload: Payload) -> Answer:
        merchant_id = payload["merchant_id"]
        payment = await self.helcim.load_payment(payload["payment_id"])
        client, access = self.helcim.clients[merchant_id], self.helcim.processing[merchant_id]
        row = await client.get_transaction(access, int(payload["vendor_payment_id"]))
        return observation(row, payment, self.helcim.clock.now()).as_json()


class FirstLook(_LookAtOne):
    kind = FIRST_LOOK


class Recheck(_LookAtOne):
    kind = RECHECK


@dataclass(frozen=True)
class _LookAtMerchant(ReadCall):
    """One call of a sweep: the payload says which."""

    helcim: Helcim

    async def send(self, payload: Payload) -> Answer:
        helcim, merchant_id = self.helcim, payload["merchant_id"]
        sweep = Sweep(
            helcim.clients[merchant_id],
            helcim.processing[merchant_id],
            helcim.merchants.calendar(merchant_id),
            helcim.clock,
            helcim.books,
            helcim.planner,
            helcim.odd_rows,
        )
        return await sweep.look(payload)


class SweepMerchant(_LookAtMerchant):
    kind = SWEEP


class LookAfterMandate(_LookAtMerchant):
    kind = LOOK


def helcim_calls(helcim: Helcim) -> list[VendorCall]:
    return [FirstLook(helcim), Recheck(helcim), SweepMerchant(helcim), LookAfterMandate(helcim)]
