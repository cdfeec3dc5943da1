"""One call from token to answer. The order of the checks is the vendor's, and callers depend on it: a bad token is told
before a full window, a full window before a bad body.

token (401) → permission (403) → limits (429) → idempotency key (400) → replay or conflict (409) → body and rules (400).

Faults strike around the effect: before it nothing has happened, after it everything has and only the answer is lost.
A call whose caller has gone away is carried to its end, as a vendor would.
"""

from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

import orjson
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bankrails_sandbox.connection import cut
from bankrails_sandbox.faults import CutConnectionFault, Moment, SpoiltAnswerFault
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.endpoints import ENDPOINTS, Endpoint
from bankrails_sandbox.helcim.idempotency import Submission, check_key, fingerprint
from bankrails_sandbox.helcim.payload import parse_json
from bankrails_sandbox.helcim.rate_limit import Quota, TooManyRequests
from bankrails_sandbox.helcim.replies import ErrorShape, Refused, Reply, shaped_error, text_error
from bankrails_sandbox.helcim.vendor import HelcimVendor

# Many times the largest lawful body; only there so that a stray upload is not held in memory.
BODY_BYTES_MAX = 64 * 1024

UNAUTHORIZED = text_error(401, "Unauthorized").reply
FORBIDDEN = text_error(403, "No access permission").reply


def helcim_app(vendor: HelcimVendor) -> ASGIApp:
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    routes: list[BaseRoute] = [Route(path, Path(vendor, path, group)) for path, group in by_path.items()]
    return Router(routes, redirect_slashes=False, default=Path(vendor, "unknown", ()))


class Exchange:
    """One request and what becomes of it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.quota: Quota | None = None
        self.merchant = ""

    async def body(self) -> bytes:
        """Raises ValueError when it is too long or the caller went away before it was complete."""
        body = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ValueError("incomplete")
            body += message.get("body", b"")
            if len(body) > BODY_BYTES_MAX:
                raise ValueError("too long")
            if not message.get("more_body", False):
                return bytes(body)

    async def answer(self, status: int, body: bytes) -> None:
        headers = [(b"content-length", str(len(body)).encode())]
        if body:
            headers.append((b"content-type", b"application/json"))
        if self.quota is not None:
            headers.append((b"minute-limit-remaining", str(self.quota.minute_remaining).encode()))
            headers.append((b"hour-limit-remaining", str(self.quota.hour_remaining).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


class Path:
    """The ASGI application behind one path, with all its methods."""

    def __init__(self, vendor: HelcimVendor, path: str, endpoints: Iterable[Endpoint]) -> None:
        self._vendor = vendor
        self._path = path
        self._by_method = {endpoint.method: endpoint for endpoint in endpoints}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        endpoint = self._by_method.get(scope["method"])
        try:
            reply = await self._reply(endpoint, exchange) if endpoint else self._no_endpoint()
            outcome, body = reply.status, b"" if reply.body is None else orjson.dumps(reply.body)
        except SpoiltAnswerFault as spoilt:
            outcome, body = spoilt.status, self._usual_body(endpoint, spoilt)
        except CutConnectionFault:
            self._vendor.calls.count(exchange.merchant, scope["method"], self._path, "cut")
            await cut(scope, receive)
            return
        # Counted before it is sent: whoever has the answer finds it counted.
        self._vendor.calls.count(exchange.merchant, scope["method"], self._path, str(outcome))
        await exchange.answer(outcome, body)

    async def _reply(self, endpoint: Endpoint, exchange: Exchange) -> Reply:
        known = self._vendor.authenticate(exchange.headers.get(b"api-token", b"").decode("latin-1"))
        if known is None:
            return UNAUTHORIZED
        books, token = known
        exchange.merchant = books.merchant.name
        if not endpoint.permits(token):
            return FORBIDDEN
        try:
            exchange.quota = books.limiter.enter(self._vendor.clock.now(), limited=books.merchant.rate_limited)
        except TooManyRequests as too_many:
            exchange.quota = too_many.quota
            return too_many.refusal.reply
        try:
            return await self._serve(endpoint, exchange, books)
        except Refused as refused:
            return refused.reply
        finally:
            books.limiter.leave()

    async def _serve(self, endpoint: Endpoint, exchange: Exchange, books: Books) -> Reply:
        call_id = self._vendor.calls.next_id()
        faults = self._vendor.faults.draw(endpoint.operation, books.merchant.name)
        try:
            raw = await exchange.body()
        except ValueError as error:
            raise shaped_error(endpoint.shape, 400, f"Invalid payload: {error}") from error
        try:
            body = parse_json(raw) if raw else None
            malformed = False
        except ValueError:
            body, malformed = raw, True

        def process(key: str | None) -> Reply:
            if malformed:
                raise shaped_error(endpoint.shape, 400, "Invalid payload: malformed JSON")
            now = self._vendor.clock.now()
            books.catch_up(now)
            query = dict(parse_qsl(exchange.scope["query_string"].decode("latin-1")))
            return endpoint.handle(books, Call(call_id, now, exchange.scope["path_params"], query, body, key))

        plan = self._vendor.faults
        if not endpoint.keyed:
            await plan.strike(faults, Moment.BEFORE_EFFECT)
            reply = process(None)
        else:
            key = check_key(exchange.headers.get(b"idempotency-key", b"").decode("latin-1"))
            payload = fingerprint(exchange.scope["method"], exchange.scope["path"], body)
            with books.keys.submission(key, payload, self._vendor.clock.now()) as submission:
                await plan.strike(faults, Moment.BEFORE_EFFECT)
                reply = self._once(submission, call_id, lambda: process(key))
        await plan.strike(faults, Moment.AFTER_EFFECT)
        return reply

    def _once(self, submission: Submission, call_id: int, process: Callable[[], Reply]) -> Reply:
        if submission.answer is not None:
            for effect in submission.effects:
                effect.call_ids.append(call_id)
            return submission.answer
        already = len(self._vendor.effects)
        submission.answer = process()
        # A batch that fell due in the meantime was closed by the clock, not by this call.
        since = self._vendor.effects.matching(after=already)
        submission.effects = tuple(effect for effect in since if call_id in effect.call_ids)
        return submission.answer

    def _no_endpoint(self) -> Reply:
        """405 on a known path (devdocs.helcim.com/docs/http-response-codes), else 404. The bodies are assumptions."""
        refusal = text_error(405, "Method Not Allowed") if self._by_method else text_error(404, "Not Found")
        return refusal.reply

    def _usual_body(self, endpoint: Endpoint | None, spoilt: SpoiltAnswerFault) -> bytes:
        if spoilt.body is not None or endpoint is None:
            return spoilt.body or b""
        text = {429: "Too Many Requests", 500: "Failed to process transaction"}.get(spoilt.status, "Unexpected error")
        return orjson.dumps(shaped_error(ErrorShape.TEXT, spoilt.status, text).reply.body)
