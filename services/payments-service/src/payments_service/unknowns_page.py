"""`/unknowns` for operators and for `bankrails unknowns`: what is in doubt, since when, and what it could be."""

from datetime import datetime

from aiohttp import web
from bankrails_clock.port import Clock
from bankrails_messaging.operations import Route
from bankrails_messaging.store import Store

from payments_service.store.unknowns import unknown_calls


def routes(store: Store, clock: Clock) -> list[Route]:
    async def show(request: web.Request) -> web.StreamResponse:
        """Ages by the service's own clock, which may be a virtual one."""
        now = clock.now()
        found = await store.read(unknown_calls)
        for item in found:
            item["age_seconds"] = round((now - datetime.fromisoformat(item["since"])).total_seconds())
        return web.json_response({"unknowns": found})

    return [("GET", "/unknowns", show)]
