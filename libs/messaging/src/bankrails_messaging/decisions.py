"""What a decision says: a new snapshot, events and work; or a refusal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command, Event, Message
from bankrails_vendor_http.budget import Lane


class Snapshot(Protocol):
    """A frozen dataclass: one aggregate as it is.

    `sequence` counts the events published about it and `version` the saves of its row, both from 0 for one that is not
    stored yet. `content_hash` is that of the command that made it, by which a repeat under a new id is told from a
    conflict.
    """

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def content_hash(self) -> str: ...


@dataclass(frozen=True)
class Work:
    """A vendor call that a decision asks for."""

    kind: str
    payload: dict[str, Any]
    budget: str
    lane: Lane
    due_at: datetime | None = None
    """None: at once."""
    gate: str | None = None
    """At most one call with the same gate is in flight or unknown; the next waits."""
    sealed: dict[str, str] = field(default_factory=dict)
    """Ciphertext that the call needs: merged into the payload for `send`, erased from the store in the commit that
    records the attempt, and never part of an Outcome."""


@dataclass(frozen=True)
class Standing:
    """A polling call that is there for ever: made at start where it is absent, put off by its answering's `again_at`."""

    kind: str
    key: str
    payload: dict[str, Any]
    budget: str
    lane: Lane = Lane.POLLING
    at_start: bool = False
    """Whether each start makes it due at once."""


@dataclass(frozen=True)
class Tally:
    """An amount added to a running total, or with less than nothing taken from it.

    Many decisions add to one total in the same commit without seeing each other; `at_most` is held by the store.
    """

    kind: type
    """The snapshot that reads it; its table has `id` and `amount_minor`."""
    id: str
    amount_minor: int
    at_most: int | None = None
    """Above it nothing of the commit is stored, and the decision is made again with the total as it is then."""


@dataclass(frozen=True)
class Decision:
    aggregate: Any = None
    """The aggregate's new snapshot, or None when nothing of it changes."""
    events: tuple[Event, ...] = ()
    """About that aggregate; without one there are none."""
    work: tuple[Work, ...] = ()
    again_at: datetime | None = None
    """For the answer of a polling call: ask again then instead of ending the work."""
    again_payload: dict[str, Any] | None = None
    """With `again_at`: what to ask then, such as the next page of a list. It stands in the same commit as this decision,
    so a restart goes on from there. None: the same as before."""
    also: tuple["Decision", ...] = ()
    """Further aggregates that change in the same commit, each at most once in all of it."""
    commands: tuple[Command, ...] = ()
    """Commands of the service to itself: decided after this commit, by the ordinary handlers, and answered by events.
    Their ids follow from what set them off, so a repeat changes nothing."""
    tallies: tuple[Tally, ...] = ()
    ends: tuple[str, ...] = ()
    """Kinds of work of this aggregate that end in this commit: work that was never tried, or that waits for an operator.
    What flies cannot be ended, and is not by this."""
    looks_up: tuple[str, ...] = ()
    """Ids of aggregates whose unknown outcomes are looked up at once: something was heard that may be theirs."""


@dataclass(frozen=True)
class Refusal:
    """Our rule says no: a value, not an exception."""

    code: RefusalCode
    reason: str
    field: str | None = None
    about: Any = None
    """The existing aggregate that the refusal concerns; None when there is none."""


class Result(StrEnum):
    """How a vendor call ended, as its handler sees it."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    """A definite no to this request."""
    EXHAUSTED = "exhausted"
    """Every try ended in a definite no; nothing happened."""
    WITHDRAWN = "withdrawn"
    """Our own recheck stopped it before anything was sent."""
    UNKNOWN = "unknown"
    """It may have happened. For a keyed call the look-ups go on and a further outcome follows."""
    AMBIGUOUS = "ambiguous"
    """It may have happened and a look-up cannot tell: an operator decides."""


@dataclass(frozen=True)
class Outcome:
    """The answer to a vendor call, entering as a message of our own."""

    work_id: str
    kind: str
    key: str
    command_id: str
    """The command that set this off."""
    result: Result
    payload: dict[str, Any]
    answer: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    found: bool = False
    """True when the answer comes from a look-up: the effect was there already."""
    was_unknown: bool = False
    """True when an UNKNOWN outcome was reported for this work before."""
    not_permitted: bool = False
    """True for a REJECTED whose reason is a right that our token has not."""
    ended: bool = True
    """False while the work goes on: an UNKNOWN that is still being looked up, or one that waits for an operator."""


M = TypeVar("M", bound=Message)
S = TypeVar("S")


@dataclass(frozen=True)
class Handling(Generic[M, S]):
    """How one message is handled: `load` what `decide` needs, for many messages at once, then decide each.

    `load` gets the service's own reading port; it knows of no database.
    """

    message: type[M]
    load: Callable[[Any, Sequence[M]], Sequence[S]]
    decide: Callable[[M, S, datetime], Decision | Refusal]
    existing: Callable[[S], Any] | None = None
    """For a command that makes its aggregate: where the situation has it, so that repeats are refused in one place."""


@dataclass(frozen=True)
class Answering(Generic[S]):
    """How the outcomes of one kind of work are handled."""

    kind: str
    command: type[Command] | None
    """The command that asks for this work; it is answered should the outcome have to be parked. None: nobody asked."""
    load: Callable[[Any, Sequence[Outcome]], Sequence[S]]
    decide: Callable[[Outcome, S, datetime], Decision]
