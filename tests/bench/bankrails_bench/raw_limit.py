"""The limit: a bare loop of the suite's HTTP client over the same bodies, as many in flight; one line of JSON."""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import uvloop
from bankrails_contracts.ids import uuid7
from bankrails_vendor_http.client import exchange, open_client

from bankrails_bench.load import MERCHANTS

DEADLINE_SECONDS = 25.0


async def call_all(clients: Sequence[httpx2.AsyncClient], bodies: Sequence[str], in_flight: int) -> float:
    """Seconds from the first call to the last answer."""
    waiting = iter(bodies)

    async def worker(client: httpx2.AsyncClient) -> None:
        for body in waiting:
            headers = {
                "accept": "application/json",
                "api-token": "bench-withdraw-00",
                "content-type": "application/json",
                "idempotency-key": uuid7().replace("-", ""),
            }
            request = client.build_request("PUT", "ach/withdraw", content=body.encode(), headers=headers)
            answer = await exchange(client, "withdraw", request, deadline_seconds=DEADLINE_SECONDS)
            if answer.status != 200:
                raise RuntimeError(f"the stub said {answer.status}")

    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(in_flight):
            group.create_task(worker(clients[number % len(clients)]))
    return time.monotonic() - started


async def measure(url: str, bodies: Sequence[str], in_flight: int, warm_up: int) -> None:
    async with AsyncExitStack() as stack:
        # One for each merchant, as the service has them: the cost of a pool grows with its connections.
        clients = [
            await stack.enter_async_context(open_client(url, read_timeout_seconds=DEADLINE_SECONDS))
            for _ in range(MERCHANTS)
        ]
        await call_all(clients, bodies[:warm_up], in_flight)
        processor = time.process_time()
        seconds = await call_all(clients, bodies[warm_up:], in_flight)
        print(json.dumps({"seconds": seconds, "processor_seconds": time.process_time() - processor}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--bodies", type=Path, required=True, help="one request body a line")
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--warm-up", type=int, required=True, help="how many of them come before the clock starts")
    given = parser.parse_args()
    uvloop.run(measure(given.url, given.bodies.read_text().splitlines(), given.in_flight, given.warm_up))
