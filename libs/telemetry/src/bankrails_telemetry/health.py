"""Health by progress: what was last achieved and when, never "the broker answers a ping".

A consumer that is stuck pings as well as one that works. So the places where work gets done leave marks, and a check
asks for the age of a mark. Ages are real, monotonic time, also where the domain's time is virtual.

Silence has two meanings, idle and stuck. A loop that turns even when idle (the dispatcher) simply marks each turn. What
only happens when there is work (a commit) says when it is owed:

    progress.owe("store commit")    # a row was queued: the age runs from here, unless it runs already
    progress.mark("store commit")   # done: the age starts anew
    progress.rest("store commit")   # the queue is empty: nothing is expected
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Healthy:
    age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Unhealthy:
    reason: str
    age_seconds: float | None = None


Verdict: TypeAlias = Healthy | Unhealthy
Check: TypeAlias = Callable[[], Verdict]


@dataclass(slots=True)
class _Mark:
    since: float | None
    """Monotonic seconds from which the age counts; None while nothing is owed."""
    reached: bool = False


class Progress:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._marks: dict[str, _Mark] = {}

    def expect(
        self,
        name: str,
        *,
        max_age_seconds: float,
        reason: str,
        healthy_before_first: bool = True,
        once_owed: bool = False,
    ) -> Check:
        """A check that is healthy while the mark is younger than that; `reason` says what its absence means.

        Until the first mark the age counts from here, so a start-up has as long as any other silence. With
        `healthy_before_first` false the check is unhealthy until then: for readiness, where "not yet" means "not". With
        `once_owed` nothing is expected until somebody says that it is owed: who has had no work yet is not stuck.
        """
        mark = self._marks.setdefault(name, _Mark(None if once_owed else self._monotonic()))

        def check() -> Verdict:
            if not mark.reached and not healthy_before_first:
                return Unhealthy(f"{reason}: not yet", self.age_seconds(name))
            age_seconds = self.age_seconds(name)
            if age_seconds is None or age_seconds <= max_age_seconds:
                return Healthy(age_seconds)
            return Unhealthy(f"{reason}: nothing for {age_seconds:.1f} s of {max_age_seconds:g} s allowed", age_seconds)

        return check

    def mark(self, name: str) -> None:
        mark = self._marks.setdefault(name, _Mark(None))
        mark.since, mark.reached = self._monotonic(), True

    def owe(self, name: str) -> None:
        mark = self._marks.setdefault(name, _Mark(None))
        if mark.since is None:
            mark.since = self._monotonic()

    def rest(self, name: str) -> None:
        self._marks.setdefault(name, _Mark(None)).since = None

    def age_seconds(self, name: str) -> float | None:
        """None while nothing is owed, or when nobody ever spoke of it."""
        mark = self._marks.get(name)
        return None if mark is None or mark.since is None else self._monotonic() - mark.since


def not_older_than(max_age_seconds: float, age_seconds: Callable[[], float | None], reason: str) -> Check:
    """For ages that are kept elsewhere (the oldest due row). None means that there is nothing of the kind."""

    def check() -> Verdict:
        age = age_seconds()
        if age is None or age <= max_age_seconds:
            return Healthy(age)
        return Unhealthy(f"{reason}: {age:.1f} s old, {max_age_seconds:g} s allowed", age)

    return check


def holds(condition: Callable[[], bool], reason: str) -> Check:
    """For plain facts ("the intake has its partitions"); `reason` says what is the matter when it is false."""
    return lambda: Healthy() if condition() else Unhealthy(reason)
