"""What operators, Prometheus and Kubernetes ask a service, on a port of its own.

`GET /metrics`, `GET /health/live`, `GET /health/ready`, `GET /.well-known/jwks.json`, and the service's own operator
routes. Binds to loopback unless told otherwise: none of it asks who is calling. That is also why requests which a web
page has caused are refused: a page open in an operator's browser reaches loopback too.

It runs on the service's event loop, on purpose. A loop that stands still does not answer, and that is the truth.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Final, Self, TypeAlias

import orjson
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from bankrails_telemetry.health import Check, Healthy, Unhealthy, Verdict

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Operator requests are a few names; the largest is a list of ids to replay.
REQUEST_BYTES_MAX: Final = 65_536
# Nobody's work hangs on an answer from here; a stop has 10 s in all, and the message path needs them.
SHUTDOWN_SECONDS: Final = 1.0
# Senders seal to what they have cached, so a rotated key is in general use this long after.
JWKS_MAX_AGE_SECONDS: Final = 300

_log = structlog.get_logger()


class OpsServer:
    """`async with OpsServer(...) as server: server.address`. Port 0 takes a free one."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        registry: CollectorRegistry,
        live: Mapping[str, Check],
        ready: Mapping[str, Check],
        jwks: Callable[[], Mapping[str, object]] | None = None,
    ) -> None:
        """`live` answers "is a restart the cure?", `ready` "does it do its work?". Both are read at each request."""
        self._host, self._port = host, port
        self._application = web.Application(client_max_size=REQUEST_BYTES_MAX, middlewares=[_refuse_web_pages])
        self._runner: web.AppRunner | None = None

        async def metrics(request: web.Request) -> web.Response:
            encode, content_type = choose_encoder(request.headers.get("Accept", ""))
            # Content-Type has parameters of its own, so it is set as a header: aiohttp's argument takes a bare type.
            return web.Response(body=encode(registry), headers={"Content-Type": content_type})

        async def liveness(request: web.Request) -> web.Response:
            return _report(live)

        async def readiness(request: web.Request) -> web.Response:
            return _report(ready)

        self.add_route("GET", "/metrics", metrics)
        self.add_route("GET", "/health/live", liveness)
        self.add_route("GET", "/health/ready", readiness)
        if jwks is not None:
            self.add_route("GET", "/.well-known/jwks.json", _serve(jwks))

    def add_route(self, method: str, path: str, handler: Handler) -> None:
        """Before the server is entered. An exception in the handler is a 500 and a log line, and nothing else."""
        self._application.router.add_route(method, path, handler)

    @property
    def address(self) -> str:
        """`http://host:port` with the port that was really taken. Raises RuntimeError outside of the `async with`."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the server does not run")
        host, port = self._runner.addresses[0][:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def __aenter__(self) -> Self:
        """Raises OSError when the port is taken."""
        # Access lines would outnumber the events: a probe every few seconds says nothing, except by its absence.
        runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            # Shielded: a second signal during the stop must not leave the port bound.
            await asyncio.shield(runner.cleanup())


def _report(checks: Mapping[str, Check]) -> web.Response:
    verdicts = {name: _verdict(name, check) for name, check in checks.items()}
    healthy = all(isinstance(verdict, Healthy) for verdict in verdicts.values())
    body = {"healthy": healthy, "checks": {name: _shown(verdict) for name, verdict in verdicts.items()}}
    return web.Response(body=orjson.dumps(body), status=200 if healthy else 503, content_type="application/json")


def _verdict(name: str, check: Check) -> Verdict:
    try:
        return check()
    except Exception as error:  # the other checks still count, and an operator needs to see them beside this one
        _log.error("health.check_failed", check=name, exc_info=error)
        return Unhealthy(f"the check itself failed: {type(error).__name__}")


def _shown(verdict: Verdict) -> dict[str, object]:
    age_seconds = None if verdict.age_seconds is None else round(verdict.age_seconds, 3)
    match verdict:
        case Healthy():
            return {"healthy": True, "age_seconds": age_seconds}
        case Unhealthy(reason=reason):
            return {"healthy": False, "age_seconds": age_seconds, "reason": reason}


def _serve(jwks: Callable[[], Mapping[str, object]]) -> Handler:
    headers = {"Cache-Control": f"public, max-age={JWKS_MAX_AGE_SECONDS}", "Content-Type": "application/jwk-set+json"}

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(jwks()), headers=headers)

    return handler


@web.middleware
async def _refuse_web_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    # Browsers add Origin to whatever a page sends across sites and to every POST; curl, kubelet and Prometheus do not.
    if "Origin" in request.headers:
        return web.json_response({"error": "not for web pages"}, status=403)
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # the edge of the process: logged once, here, and answered
        _log.error("ops.request_failed", method=request.method, path=request.path, exc_info=error)
        return web.json_response({"error": type(error).__name__}, status=500)
