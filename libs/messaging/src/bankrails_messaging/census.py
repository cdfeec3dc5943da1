"""Open work as operators are shown it."""

from collections.abc import Mapping

from bankrails_clock.port import Clock

from bankrails_messaging.calls import KeyedCall, VendorCall
from bankrails_messaging.rows import to_micros
from bankrails_messaging.work_row import WorkRow, WorkState


class Census:
    def __init__(self, rows: Mapping[str, WorkRow], calls: Mapping[str, VendorCall], clock: Clock) -> None:
        """`rows` and `calls` are the pool's own, looked at each time."""
        self._rows = rows
        self._calls = calls
        self._clock = clock

    def by_state(self) -> dict[str, int]:
        counted = {state.value: 0 for state in WorkState}
        for row in self._rows.values():
            counted[row.state.value] += 1
        return counted

    def unknown_by_kind(self) -> dict[str, int]:
        """Keyed calls whose outcome is not known, those that wait for an operator among them."""
        counted = {kind: 0 for kind, call in self._calls.items() if isinstance(call, KeyedCall)}
        for row in self._rows.values():
            if row.state in (WorkState.UNKNOWN, WorkState.OPERATOR):
                counted[row.kind] += 1
        return counted

    def oldest_unknown_seconds(self) -> float:
        since = [row.unknown_since for row in self._rows.values() if row.unknown_since is not None]
        return (to_micros(self._clock.now()) - min(since)) / 1e6 if since else 0.0
