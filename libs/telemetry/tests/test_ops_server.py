import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from bankrails_telemetry.health import Check, Healthy, Unhealthy
from bankrails_telemetry.metrics import service_registry
from bankrails_telemetry.ops_server import OpsServer


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def a_server(**changes: Any) -> OpsServer:
    return OpsServer(**{"registry": service_registry("x"), "live": {}, "ready": {}, **changes})


async def test_metrics_are_served_in_the_form_that_prometheus_asks_for(client: aiohttp.ClientSession) -> None:
    """Without OpenMetrics there are no exemplars; without the plain form curl shows nothing readable."""
    async with a_server() as server:
        plain = await client.get(f"{server.address}/metrics")
        assert plain.headers["Content-Type"].startswith("text/plain; version=")
        assert "process_resident_memory_bytes" in await plain.text()
        open_metrics = await client.get(
            f"{server.address}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
        )
        assert open_metrics.headers["Content-Type"].startswith("application/openmetrics-text")
        assert (await open_metrics.text()).endswith("# EOF\n")


async def test_health_names_every_check_with_its_age_and_reason(client: aiohttp.ClientSession) -> None:
    """503 is for Kubernetes; the reason is for the person whom it woke."""
    verdicts: dict[str, Healthy | Unhealthy] = {"commit": Healthy(1.23456)}
    ready: dict[str, Check] = {"store commit": lambda: verdicts["commit"], "intake assigned": Healthy}
    async with a_server(ready=ready) as server:
        answer = await client.get(f"{server.address}/health/ready")
        assert answer.status == 200
        assert await answer.json() == {
            "healthy": True,
            "checks": {
                "store commit": {"healthy": True, "age_seconds": 1.235},
                "intake assigned": {"healthy": True, "age_seconds": None},
            },
        }
        verdicts["commit"] = Unhealthy("nothing is stored", 61.0)
        answer = await client.get(f"{server.address}/health/ready")
        assert answer.status == 503
        body = await answer.json()
        assert body["healthy"] is False
        assert body["checks"]["store commit"] == {"healthy": False, "age_seconds": 61.0, "reason": "nothing is stored"}
        assert body["checks"]["intake assigned"]["healthy"] is True


async def test_not_ready_is_not_dead(client: aiohttp.ClientSession) -> None:
    """A restart does not bring the vendor back: liveness must not follow readiness."""
    ready: dict[str, Check] = {"x": lambda: Unhealthy("no")}
    live: dict[str, Check] = {"y": Healthy}
    async with a_server(live=live, ready=ready) as server:
        assert (await client.get(f"{server.address}/health/live")).status == 200
        assert (await client.get(f"{server.address}/health/ready")).status == 503


async def test_a_check_that_fails_itself_is_unhealthy_and_hides_no_other(client: aiohttp.ClientSession) -> None:
    """A bug in one check must neither read as healthy nor take the page away."""

    def broken() -> Healthy:
        raise ZeroDivisionError("hunter2")

    async with a_server(live={"broken": broken, "fine": Healthy}) as server:
        answer = await client.get(f"{server.address}/health/live")
        assert answer.status == 503
        checks = (await answer.json())["checks"]
        assert checks["broken"]["reason"] == "the check itself failed: ZeroDivisionError"
        assert checks["fine"]["healthy"] is True


async def test_public_keys_are_served_only_by_a_service_that_has_some(client: aiohttp.ClientSession) -> None:
    """They are read at each request, so a rotation is published at once."""
    keys: dict[str, object] = {"keys": [{"kid": "old"}]}
    async with a_server(jwks=lambda: keys) as server:
        keys["keys"] = [{"kid": "new"}]
        answer = await client.get(f"{server.address}/.well-known/jwks.json")
        assert await answer.json(content_type=None) == {"keys": [{"kid": "new"}]}
        assert answer.headers["Cache-Control"] == "public, max-age=300"
    async with a_server() as server:
        assert (await client.get(f"{server.address}/.well-known/jwks.json")).status == 404


async def test_operator_routes_answer_and_their_bugs_stay_in_the_log(client: aiohttp.ClientSession) -> None:
    """An operator's mistake must not be answered with a stack of ours."""

    async def pause(request: web.Request) -> web.Response:
        return web.json_response({"paused": request.match_info["merchant"]})

    async def broken(request: web.Request) -> web.Response:
        raise ValueError("hunter2")

    server = a_server()
    server.add_route("POST", "/operator/pause/{merchant}", pause)
    server.add_route("POST", "/operator/broken", broken)
    async with server:
        paused = await client.post(f"{server.address}/operator/pause/maple")
        assert await paused.json() == {"paused": "maple"}
        failed = await client.post(f"{server.address}/operator/broken")
        assert failed.status == 500
        assert await failed.json() == {"error": "ValueError"}
        assert (await client.get(f"{server.address}/operator/pause/maple")).status == 405


async def test_a_request_too_large_for_an_operator_is_refused(client: aiohttp.ClientSession) -> None:
    """This port is not a way to fill the memory of a service that moves money."""

    async def replay(request: web.Request) -> web.Response:
        return web.json_response({"bytes": len(await request.read())})

    server = a_server()
    server.add_route("POST", "/operator/replay", replay)
    async with server:
        assert (await client.post(f"{server.address}/operator/replay", data=b"x" * 60_000)).status == 200
        assert (await client.post(f"{server.address}/operator/replay", data=b"x" * 70_000)).status == 413


async def test_a_web_page_in_an_operators_browser_cannot_call_it(client: aiohttp.ClientSession) -> None:
    """Loopback is open to every page that the same machine shows: one line of script would pause a merchant."""
    called = []

    async def pause(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    server = a_server()
    server.add_route("POST", "/operator/pause", pause)
    async with server:
        answer = await client.post(f"{server.address}/operator/pause", headers={"Origin": "https://evil.example"})
        assert answer.status == 403
    assert called == []


async def test_it_binds_to_loopback_unless_told_otherwise() -> None:
    """None of it asks who is calling."""
    async with a_server() as server:
        assert server.address.startswith("http://127.0.0.1:")


async def test_the_port_is_free_again_after_a_stop_and_a_taken_one_says_so() -> None:
    """A restart must find its port; two services on one port must not both believe they serve."""
    async with a_server() as server:
        port = int(server.address.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            async with a_server(port=port):
                pass
    with pytest.raises(RuntimeError):
        _ = server.address
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))
