"""The port to a service's database."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from bankrails_messaging.rows import Changes
from bankrails_messaging.start import StartRefused
from bankrails_messaging.work_row import WorkRow

T = TypeVar("T")

Recheck = Callable[[Connection, Sequence[WorkRow]], Mapping[str, str]]
"""Re-reads, inside the claim's transaction, what may have changed since the decision; work id → why it must not go."""
DEFERRED = "DEFERRED"
"""As a reason: not now. No attempt is made, and the work waits."""


class StoreConflict(Exception):
    """Another writer won: a version, a unique gate or a unique vendor id was not as expected. Load and decide again."""


class StoreRaced(StoreConflict):
    """The row is newer than what was loaded: nobody's fault, and decided again until it fits."""


class StoreUnusable(StartRefused):
    """The store cannot be opened, is in use, or has stopped taking anything."""


class Store(Protocol):
    """Reads and writes of one service. Questions are functions over a plain SQLAlchemy connection, written once."""

    async def commit(self, changes: Changes) -> None:
        """All of it in one durable transaction.

        Sets `seq` on received rows that are new and `withdrawn` on claims that their recheck stops.
        Raises StoreConflict, after which nothing of it is stored.
        """
        ...

    async def write(self, action: Callable[[Connection], T]) -> T:
        """One small transaction beside the grouped path: start, stop, and what operators ask for."""
        ...

    async def read(self, question: Callable[[Connection], T]) -> T:
        """Answer a question on committed data."""
        ...

    async def close(self) -> None: ...
