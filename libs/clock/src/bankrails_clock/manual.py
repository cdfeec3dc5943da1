"""A virtual clock within one process: for unit tests, and the heart of the clock service."""

from datetime import datetime, timedelta

from bankrails_clock.virtual import Flow, VirtualClock


class ManualClock(VirtualClock):
    """Starts at `start` (aware). Frozen unless `running`, when it also flows with real time between jumps."""

    def __init__(self, start: datetime, *, running: bool = False) -> None:
        super().__init__(Flow.starting(start, running=running))

    @property
    def running(self) -> bool:
        return self._flow.running

    def advance(self, by: timedelta) -> None:
        """Raises ValueError when `by` is negative: nothing that waits on time can take a step back."""
        if by < timedelta(0):
            raise ValueError(f"time does not run backwards: {by}")
        self.set(self.now() + by)

    def set(self, when: datetime) -> None:
        """Backwards is allowed here, for a test that needs it; the clock service does not offer it."""
        self._follow(Flow.starting(when, running=self._flow.running))

    def run(self) -> None:
        self._follow(Flow.starting(self.now(), running=True))

    def freeze(self) -> None:
        self._follow(Flow.starting(self.now(), running=False))
