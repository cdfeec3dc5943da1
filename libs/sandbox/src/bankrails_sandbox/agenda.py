"""What falls due at a vendor by itself: a challenge that runs out, a job that takes its next step."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(order=True, slots=True)
class Appointment:
    """`act` is given the instant at which it was due, however late it is carried out. Of two at one instant the
    first that was made comes first."""

    due_at: datetime
    number: int
    act: Callable[[datetime], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Agenda:
    """Carried out in order of due time, also when an act makes another appointment that is overdue already."""

    def __init__(self) -> None:
        self._appointments: list[Appointment] = []
        self._made = 0

    def add(self, due_at: datetime, act: Callable[[datetime], None]) -> Appointment:
        self._made += 1
        appointment = Appointment(due_at, self._made, act)
        heapq.heappush(self._appointments, appointment)
        return appointment

    def next_due(self, now: datetime) -> datetime | None:
        """The first instant after `now` at which something happens by itself."""
        self._drop_cancelled()
        if self._appointments and self._appointments[0].due_at > now:
            return self._appointments[0].due_at
        later = (each.due_at for each in self._appointments if each.due_at > now and not each.cancelled)
        return min(later, default=None)

    def catch_up(self, now: datetime) -> None:
        while self._appointments and self._appointments[0].due_at <= now:
            appointment = heapq.heappop(self._appointments)
            if not appointment.cancelled:
                appointment.act(appointment.due_at)

    def _drop_cancelled(self) -> None:
        while self._appointments and self._appointments[0].cancelled:
            heapq.heappop(self._appointments)
