"""The events of one story among all that are read from Kafka."""

from collections import deque
from collections.abc import AsyncIterator, Iterator

from bankrails_cli.told import Told

FOLLOWED = ("payment_id", "vendor_batch_id")
"""What a sweep of the vendor's pages tells goes back to no command: it is recognised by what it is about."""
OTHERS_MAX = 1_000  # on a Kafka that others use; of ours, a batch is known a moment after it is told


class Hearing:
    def __init__(self, records: AsyncIterator[Told], correlation_id: str) -> None:
        self.heard: list[Told] = []
        """Ours, in the order read. A copy that was published again after a crash counts once."""
        self._records = records
        self._correlation_id = correlation_id
        self._followed: set[tuple[str, str]] = set()
        self._ids: set[str] = set()
        self._others: deque[Told] = deque(maxlen=OTHERS_MAX)
        self._claimed: deque[Told] = deque()

    async def next(self) -> Told:
        while True:
            told = self._claimed.popleft() if self._claimed else await anext(self._records)
            if told.envelope is None or told.envelope.id in self._ids:
                continue
            about = set(_followed(told))
            if told.correlation_id != self._correlation_id and not about & self._followed:
                self._others.append(told)
                continue
            self._ids.add(told.envelope.id)
            self.heard.append(told)
            self._follow(about)
            return told

    def _follow(self, about: set[tuple[str, str]]) -> None:
        """What was passed over, and turns out to be ours by what has just been learned, comes next."""
        if new := about - self._followed:
            self._followed |= new
            for other in [each for each in self._others if new & set(_followed(each))]:
                self._others.remove(other)
                self._claimed.append(other)


def _followed(told: Told) -> Iterator[tuple[str, str]]:
    if isinstance(told.data, dict):
        for name in FOLLOWED:
            if isinstance(value := told.data.get(name), str):
                yield name, value
