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

from bankrails_sandbox.exact_json import parse_json
from bankrails_sandbox.exchange import Answer, Exchange
from bankrails_sandbox.faults import Moment, SpoiltAnswerFault
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.endpoints import ENDPOINTS, Endpoint
from bankrails_sandbox.helcim.idempotency import Submission, check_key, fingerprint
from bankrails_sandbox.helcim.merchants import Token
from bankrails_sandbox.helcim.rate_limit import Quota, TooManyRequests
from bankrails_sandbox.helcim.replies import ErrorShape, shaped_error, text_error
from bankrails_sandbox.helcim.vendor import HelcimVendor
from bankrails_sandbox.vendor_api import Refused, Reply

UNAUTHORIZED = text_error(401, "Unauthorized").reply
FORBIDDEN = text_error(403, "No access permission").reply


def helcim_app(vendor: HelcimVendor) -> ASGIApp:
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    routes: list[BaseRoute] = [Route(path, Path(vendor, path, group)) for path, group in by_path.items()]
    return Router(routes, redirect_slashes=False, default=Path(vendor, "unknown", ()))


class HelcimExchange(Exchange):
    quota: Quota | None = None


class Path:
    """The ASGI application behind one path, with all its methods."""

    def __init__(self, vendor: HelcimVendor, path: str, endpoints: Iterable[Endpoint]) -> None:
        self._vendor = vendor
        self._path = path
        self._by_method = {endpoint.method: endpoint for endpoint in endpoints}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = HelcimExchange(scope, receive, send)
        endpoint = self._by_method.get(scope["method"])

        async def answer() -> Answer:
            return _written(await self._reply(endpoint, exchange) if endpoint else self._no_endpoint(), exchange)

        def usual(status: int) -> Answer:
            return _written(_usual(status), exchange)

        await exchange.conclude(self._path, self._vendor.calls, answer(), usual)

    async def _reply(self, endpoint: Endpoint, exchange: HelcimExchange) -> Reply:
        known = self._vendor.authenticate(exchange.headers.get(b"api-token", b"").decode("latin-1"))
        if known is None:
            return UNAUTHORIZED
        books, token = known
        exchange.merchant = books.merchant.name
        if not endpoint.permits(token, books.assumptions):
            return FORBIDDEN
        try:
            exchange.quota = books.limiter.enter(self._vendor.clock.now(), limited=books.merchant.rate_limited)
        except TooManyRequests as too_many:
            return _too_many(too_many, exchange, books.assumptions)
        try:
            return await self._serve(endpoint, exchange, books, token)
        except Refused as refused:
            return refused.reply
        finally:
            books.limiter.leave()

    async def _serve(self, endpoint: Endpoint, exchange: HelcimExchange, books: Books, token: Token) -> Reply:
        call_id = self._vendor.calls.next_id()
        plan = self._vendor.faults
        faults = plan.draw(endpoint.operation, books.merchant.name)
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
            books.agenda.catch_up(now)
            query = dict(parse_qsl(exchange.scope["query_string"].decode("latin-1")))
            return endpoint.handle(books, Call(call_id, now, exchange.scope["path_params"], query, body, key))

        if not endpoint.keyed:
            await plan.strike(faults, Moment.BEFORE_EFFECT)
            reply = process(None)
            await plan.strike(faults, Moment.AFTER_EFFECT)
        else:
            given = books.assumptions
            key = check_key(exchange.headers.get(b"idempotency-key", b"").decode("latin-1"), given.bad_key_text)
            said = raw if given.key_compares_bytes else body
            payload = fingerprint(exchange.scope["method"], exchange.scope["path"], said)
            scope = f"{token.name} {key}" if given.key_per_token else key
            with books.keys.submission(scope, payload, self._vendor.clock.now()) as submission:
                await plan.strike(faults, Moment.BEFORE_EFFECT)
                reply = self._once(submission, call_id, lambda: process(key))
            try:
                await plan.strike(faults, Moment.AFTER_EFFECT)
            except SpoiltAnswerFault as failure:
                if failure.status >= 500 and not given.failed_answer_keeps_key:
                    books.keys.forget(submission)
                raise
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


def _too_many(refused: TooManyRequests, exchange: HelcimExchange, given: Assumptions) -> Reply:
    exchange.quota = refused.quota
    headers = ((b"retry-after", str(max(1, refused.wait_seconds)).encode()),) if given.retry_after else ()
    return Reply(429, {"errors": given.too_many_requests_text}, headers)


def _written(reply: Reply, exchange: HelcimExchange) -> Answer:
    headers = reply.headers
    if (quota := exchange.quota) is not None:
        headers += (
            (b"minute-limit-remaining", str(quota.minute_remaining).encode()),
            (b"hour-limit-remaining", str(quota.hour_remaining).encode()),
        )
    return Answer(reply.status, b"" if reply.body is None else orjson.dumps(reply.body), headers)


def _usual(status: int) -> Reply:
    text = {429: "Too Many Requests", 500: "Failed to process transaction"}.get(status, "Unexpected error")
    return shaped_error(ErrorShape.TEXT, status, text).reply
