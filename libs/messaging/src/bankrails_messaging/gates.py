"""The twin gate: at most one call of a gate is in flight or unknown, and the next waits, visibly."""

from collections import defaultdict, deque
from collections.abc import Iterable

from prometheus_client import Gauge

from bankrails_messaging.work_row import WorkRow


class Gates:
    def __init__(self, waiting: Gauge) -> None:
        self._waiting = waiting
        self._holder: dict[str, str] = {}
        self._behind: defaultdict[str, deque[str]] = defaultdict(deque)

    def known(self, row: WorkRow) -> None:
        """A row from the store that holds its gate already."""
        if row.gate_held is not None:
            self._holder[row.gate_held] = row.id

    def passes(self, row: WorkRow) -> bool:
        """Take the row's gate; False when another has it, and the row now waits behind it."""
        if row.gate is None or self._holder.setdefault(row.gate, row.id) == row.id:
            return True
        self._behind[row.gate].append(row.id)
        self._waiting.inc()
        return False

    def open(self, row: WorkRow) -> Iterable[str]:
        """The row is done with: the ids of those that waited behind it."""
        if row.gate is None or self._holder.get(row.gate) != row.id:
            return ()
        del self._holder[row.gate]
        freed = self._behind.pop(row.gate, ())
        self._waiting.dec(len(freed))
        return freed
