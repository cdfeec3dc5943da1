"""A registry per service, and the one metric that every service on an event loop needs.

Each service declares its metrics in its own `metrics.py`, on the registry made here; nothing is global, so that two
services in one test process do not collide.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, Histogram, Info, ProcessCollector

from bankrails_telemetry.health import Healthy, Unhealthy, Verdict

# Ten wake-ups a second cost nothing. A stall shorter than this may fall between two samples; a Kafka session survives it.
SAMPLE_SECONDS: Final = 0.1
# How long a stall is held against liveness: three probes at Kubernetes' default of 10 s see it.
REMEMBERED_SECONDS: Final = 30.0
_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


def service_registry(service: str, version: str = "") -> CollectorRegistry:
    """With `process_*` (resident memory, CPU, open files; Linux), `python_gc_*` and `bankrails_service_info`."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    Info("bankrails_service", "This process.", registry=registry).info({"service": service, "version": version})
    return registry


class LoopLag:
    """How late the event loop wakes a sleeper: everything else on the loop is late by as much.

    `bankrails_loop_lag_seconds` answers: does synchronous work block the loop? As a histogram, for a scrape every 15 s
    would miss most stalls of a gauge.
    """

    def __init__(self, registry: CollectorRegistry, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._histogram = Histogram(
            "bankrails_loop_lag_seconds", "Delay of a timer on the event loop.", registry=registry, buckets=_BUCKETS
        )
        self._monotonic = monotonic
        self._recent: deque[tuple[float, float]] = deque(maxlen=int(REMEMBERED_SECONDS / SAMPLE_SECONDS))

    async def watch(self) -> None:
        """Runs until cancelled, in the service's task group."""
        while True:
            before = self._monotonic()
            await asyncio.sleep(SAMPLE_SECONDS)
            self.record(self._monotonic() - before - SAMPLE_SECONDS)

    def record(self, lag_seconds: float) -> None:
        lag_seconds = max(0.0, lag_seconds)
        self._histogram.observe(lag_seconds)
        self._recent.append((self._monotonic(), lag_seconds))

    @property
    def worst_seconds(self) -> float:
        """Of the last 30 s."""
        since = self._monotonic() - REMEMBERED_SECONDS
        return max((lag for at, lag in self._recent if at >= since), default=0.0)

    def under(self, max_lag_seconds: float) -> Callable[[], Verdict]:
        """A check for liveness. Give it seconds, not milliseconds: a restart is the cure for a loop that hangs."""

        def check() -> Verdict:
            worst = self.worst_seconds
            if worst <= max_lag_seconds:
                return Healthy()
            return Unhealthy(f"the event loop stood still for {worst:.1f} s, allowed are {max_lag_seconds:g} s")

        return check
