"""What every vendor has: a clock, a record of what happened and how it was called, planted faults, and due times."""

from abc import ABC, abstractmethod
from datetime import datetime

from bankrails_clock import Clock

from bankrails_sandbox.agenda import Agenda
from bankrails_sandbox.calls import CallCounter
from bankrails_sandbox.effects import Effect, EffectLog
from bankrails_sandbox.faults import FaultPlan


class Vendor(ABC):
    """Its state lives in one event loop and every change is made without awaiting, so each call is one atomic step.

    Whatever falls due with time is caught up with before anything is read or changed, at the instant at which it was
    due. A subclass calls `reset` at the end of its `__init__`.
    """

    name: str
    """Below `/control/`, and the beginning of each kind of effect."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.faults = FaultPlan()

    def reset(self) -> None:
        """As at the start: empty books, no faults, no counts. Calls still in progress end on the old books."""
        self.faults.clear()
        self.faults = FaultPlan()
        self.calls = CallCounter()
        self.effects = EffectLog()
        self.agenda = Agenda()
        self.open_books()

    @abstractmethod
    def open_books(self) -> None:
        """Empties what the subclass keeps."""

    @property
    @abstractmethod
    def merchants(self) -> tuple[str, ...]:
        """The names of those who may call."""

    def next_due(self, now: datetime) -> datetime | None:
        """The first instant after `now` at which something happens here by itself."""
        return self.agenda.next_due(now)

    def catch_up(self, now: datetime) -> None:
        self.agenda.catch_up(now)

    def record(
        self,
        kind: str,
        merchant: str,
        at: datetime,
        *,
        reference: str,
        call_id: int | None = None,
        login: str | None = None,
        detail: str | None = None,
    ) -> None:
        """`call_id` is None for what happened with time or by the control API."""
        self.effects.record(
            Effect(
                number=0,
                kind=f"{self.name}.{kind}",
                id=0,
                merchant=merchant,
                at=at,
                reference=reference,
                login=login,
                detail=detail,
                call_ids=[] if call_id is None else [call_id],
            )
        )
