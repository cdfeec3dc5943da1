"""All that a service needs to call Helcim for its merchants: connections, rights, and what watches over the tokens."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from bankrails_clock.port import Clock
from bankrails_messaging.decisions import Standing
from bankrails_messaging.holds import Holds
from bankrails_messaging.operations import Route
from bankrails_messaging.store import Store
from bankrails_vendor_http.budget import Quota
from prometheus_client import CollectorRegistry
from sqlalchemy import Table

from bankrails_helcim import denials
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.connections import HelcimConnections, connect
from bankrails_helcim.merchants_file import read_merchants
from bankrails_helcim.merchants_watch import MerchantsWatch
from bankrails_helcim.rights import Denial, Rights
from bankrails_helcim.token_findings import standing
from bankrails_helcim.token_probe import TokenProbe
from bankrails_helcim.token_watch import TokenWatch
from bankrails_helcim.tokens import MerchantTokens, TokenName

Pauses = Callable[[], Awaitable[Mapping[str, Sequence[Mapping[str, Any]]]]]
"""Merchant id → why it is paused, as operators are shown it."""


async def _no_pauses() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {}


@dataclass(frozen=True)
class HelcimSide:
    connections: HelcimConnections
    rights: Rights
    watch: TokenWatch
    probe: TokenProbe
    holds: Holds
    file: Path

    @property
    def standing(self) -> list[Standing]:
        return standing(list(self.connections.merchants))

    def background(self, registry: CollectorRegistry) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        return [MerchantsWatch(self.file, self.connections, self.watch.rotated, registry).run]

    def routes(self, pauses: Pauses = _no_pauses) -> list[Route]:
        async def show(request: web.Request) -> web.StreamResponse:
            paused = await pauses()
            return web.json_response({"merchants": [self._shown(name, paused) for name in self.connections.merchants]})

        return [("GET", "/merchants", show)]

    def _shown(self, merchant_id: str, paused: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
        return {
            "id": merchant_id,
            "country": self.connections.merchants[merchant_id].country,
            "paused": list(paused.get(merchant_id, ())),
            "held": sorted(why.value for why in self.holds.on(helcim_budget(merchant_id))),
            "tokens": {
                name.value: {
                    "last4": token.last4,
                    "processing": None if token.processing is None else token.processing.name.lower(),
                    "general": None if token.general is None else token.general.name.lower(),
                }
                for name, token in self.connections.tokens[merchant_id].items()
            },
            "rights_missing": self.rights.known(merchant_id),
        }


async def open_side(
    stack: AsyncExitStack,
    *,
    url: str,
    file: Path,
    quota: Quota,
    share: float,
    used: Sequence[TokenName],
    holds: Holds,
    store: Store,
    denied: Table,
    clock: Clock,
) -> HelcimSide:
    """`used`: the tokens that this service calls with. `denied`: its table of denials. Raises MerchantsUnusable."""
    tokens: dict[str, MerchantTokens] = {}
    rights = Rights(tokens, await store.read(partial(denials.kept, table=denied)))

    async def keep(denial: Denial) -> None:
        await store.write(partial(denials.keep, table=denied, denial=denial))

    watch = TokenWatch(rights, keep, holds, clock)
    connections = await connect(stack, url, read_merchants(file), quota, share, clock, tokens, watch.access_refused)
    return HelcimSide(connections, rights, watch, TokenProbe(connections.clients, tokens, used, watch), holds, file)
