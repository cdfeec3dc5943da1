"""From a request to an answer for a vendor whose calls carry no idempotency key: who calls, what is planted, what it
does. What a vendor checks first and how it says no is the vendor's own, in a subclass of `VendorApi`.

A call whose caller has gone away is carried to its end, as a vendor would.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import orjson
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bankrails_sandbox.exchange import Answer, Exchange
from bankrails_sandbox.faults import Fault, Moment
from bankrails_sandbox.vendor import Vendor

V = TypeVar("V", bound=Vendor)


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is JSON-ready; None means an empty body. `delays` hold the answer back once everything has happened."""

    status: int
    body: Any = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    delays: tuple[Fault, ...] = ()


class Refused(Exception):
    """A definite no, with its answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Call:
    """`id` is the sandbox's own number for it, `merchant` whoever called. `now` is virtual. A parameter that is given
    several times is several times in `query`."""

    id: int
    merchant: str
    now: datetime
    path: dict[str, str]
    query: tuple[tuple[str, str], ...]
    headers: dict[bytes, bytes]
    raw: bytes

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    def parameters(self) -> dict[str, str]:
        return dict(self.query)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[V]):
    """`operation` is how faults and the control API name it. `path` is below the vendor's base."""

    operation: str
    method: str
    path: str
    handle: Callable[[V, Call], Reply]


class VendorApi(ABC, Generic[V]):
    def __init__(self, vendor: V, endpoints: Iterable[Endpoint[V]]) -> None:
        self.vendor = vendor
        self._by_path: dict[str, dict[str, Endpoint[V]]] = {}
        for endpoint in endpoints:
            self._by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint

    @abstractmethod
    def admit(self, headers: dict[bytes, bytes]) -> str:
        """The caller's name. Raises Refused. Who is told no here was not heard: no fault strikes, nothing happens."""

    @abstractmethod
    def failure(self, status: int) -> Reply:
        """What the vendor answers of itself with that status: 404 and 405 for a path that it has not, 400 for a body
        that cannot be read, and whatever a fault asks for."""

    def headers_of_every_answer(self, _headers: dict[bytes, bytes]) -> tuple[tuple[bytes, bytes], ...]:
        return ()

    def content_type(self, _headers: dict[bytes, bytes]) -> bytes:
        return b"application/json"

    def app(self) -> ASGIApp:
        routes: list[BaseRoute] = [Route(path, self._at(path, methods)) for path, methods in self._by_path.items()]
        return Router(routes, redirect_slashes=False, default=self._at("unknown", {}))

    def _at(self, path: str, methods: dict[str, Endpoint[V]]) -> ASGIApp:
        """An object and not a function: Starlette takes a function for a view of requests, with methods of its own."""
        return _Path(self, path, methods)

    async def answer(self, methods: dict[str, Endpoint[V]], exchange: Exchange) -> Answer:
        endpoint = methods.get(exchange.scope["method"])
        if endpoint is None:
            return self.written(self.failure(405 if methods else 404), exchange)
        try:
            exchange.merchant = self.admit(exchange.headers)
            return self.written(await self._serve(endpoint, exchange), exchange)
        except Refused as refused:
            return self.written(refused.reply, exchange)

    def written(self, reply: Reply, exchange: Exchange) -> Answer:
        body = b"" if reply.body is None else orjson.dumps(reply.body)
        headers = reply.headers + self.headers_of_every_answer(exchange.headers)
        return Answer(reply.status, body, headers, self.content_type(exchange.headers))

    async def _serve(self, endpoint: Endpoint[V], exchange: Exchange) -> Reply:
        plan = self.vendor.faults
        call_id = self.vendor.calls.next_id()
        faults = plan.draw(endpoint.operation, exchange.merchant)
        try:
            raw = await exchange.body()
        except ValueError as error:
            raise Refused(self.failure(400)) from error
        await plan.strike(faults, Moment.BEFORE_EFFECT)
        now = self.vendor.clock.now()
        self.vendor.catch_up(now)
        query = tuple(parse_qsl(exchange.scope["query_string"].decode("latin-1"), keep_blank_values=True))
        path: dict[str, str] = exchange.scope["path_params"]
        reply = endpoint.handle(self.vendor, Call(call_id, exchange.merchant, now, path, query, exchange.headers, raw))
        await plan.strike(faults + reply.delays, Moment.AFTER_EFFECT)
        return reply


class _Path(Generic[V]):
    """The ASGI application behind one path, with all its methods."""

    def __init__(self, api: VendorApi[V], path: str, methods: dict[str, Endpoint[V]]) -> None:
        self._api, self._path, self._methods = api, path, methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        await exchange.conclude(
            self._path,
            self._api.vendor.calls,
            self._api.answer(self._methods, exchange),
            lambda status: self._api.written(self._api.failure(status), exchange),
        )
