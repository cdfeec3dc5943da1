"""How a vendor was called: counts only, since a load run makes millions of calls."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallCount:
    """`outcome` is the status code as text, or `cut` when the connection was closed without an answer."""

    merchant: str
    method: str
    path: str
    outcome: str
    count: int


class CallCounter:
    """`merchant` is empty for calls that no token identified."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._last_id = 0

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def count(self, merchant: str, method: str, path: str, outcome: str) -> None:
        self._counts[merchant, method, path, outcome] += 1

    def counts(self, merchant: str | None = None) -> list[CallCount]:
        return [CallCount(*key, count) for key, count in sorted(self._counts.items()) if merchant in (None, key[0])]
