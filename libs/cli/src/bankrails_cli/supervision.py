"""Services that ended by themselves are started again, as an orchestrator would; not for ever."""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

RESTARTS_MAX = 5
"""One that ends so often has a reason that its log tells, and another start does not change."""
FIRST_PAUSE_SECONDS = 1.0
"""Doubled with each restart."""


class Startable(Protocol):
    restarts: int

    def exit_status(self) -> int | None: ...
    def start_again(self) -> None: ...


class Supervisor:
    """Kafka and the sandbox are not for it: what they held is gone with them."""

    def __init__(self, services: Iterable[Startable], now: Callable[[], float] = time.monotonic) -> None:
        self._services = tuple(services)
        self._now = now
        self._due: dict[int, float] = {}
        """When to start it again, by its place."""

    def look(self) -> None:
        for place, service in enumerate(self._services):
            if service.exit_status() is None:
                self._due.pop(place, None)
            elif service.restarts < RESTARTS_MAX:
                pause_seconds = FIRST_PAUSE_SECONDS * 2**service.restarts
                if self._now() >= self._due.setdefault(place, self._now() + pause_seconds):
                    del self._due[place]
                    service.start_again()
