"""The merchants file read again when its content changes: tokens are rotated without a restart."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from bankrails_helcim.connections import HelcimConnections
from bankrails_helcim.merchants_file import MerchantsUnusable, read_merchants

LOOK_EVERY_SECONDS = 1.0
"""Real time; a mounted secret takes a minute to arrive anyway."""

log = structlog.get_logger()


class MerchantsWatch:
    def __init__(
        self,
        path: Path,
        connections: HelcimConnections,
        rotated: Callable[[str], None],
        registry: CollectorRegistry,
        *,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        """`rotated` is told each merchant whose tokens or rights are new."""
        self._path = path
        self._connections = connections
        self._rotated = rotated
        self._look_every_seconds = look_every_seconds
        self._known: str | None = None
        self._unusable = Gauge(
            "bankrails_merchants_file_unusable",
            "Is the merchants file on disk one that we cannot use?",
            registry=registry,
        )
        self._rotations = Counter(
            "bankrails_token_rotations", "How often were a merchant's tokens or rights replaced?", registry=registry
        )

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._look_every_seconds)
            self.look()

    def look(self) -> None:
        """A file that cannot be used leaves what is in use, and says so once."""
        found = _digest(self._path)
        if found == self._known:
            return
        self._known = found
        try:
            entries = read_merchants(self._path)
        except MerchantsUnusable as error:
            self._unusable.set(1)
            log.error("merchants.unusable", error=str(error))
            return
        self._unusable.set(0)
        for merchant_id in self._connections.rotate(entries):
            self._rotations.inc()
            last4 = {name.value: token.last4 for name, token in self._connections.tokens[merchant_id].items()}
            log.info("merchants.rotated", merchant_id=merchant_id, **last4)
            self._rotated(merchant_id)


def _digest(path: Path) -> str:
    """Of the content, since a time of change may stay and a link may move; empty when it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
