"""The virtual clock as a service: one time for all processes, read by `bankrails_clock.RemoteClock`.

An advance does not jump. It goes to the next instant at which any party has something due, waits until all are idle
again, and repeats that up to the goal, so that ninety days have their ninety closes, each followed by what follows.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import aiohttp
from bankrails_clock import ClockState, IdleReport, ManualClock

from bankrails_sandbox.clock_parties import Parties, TimedVendor
from bankrails_sandbox.config import ClockConfig
from bankrails_sandbox.quiet import wait_for_quiet

Goal = Callable[[datetime], datetime]


class AdvanceTooLong(Exception):
    """So many steps that the caller would give up first. Time stands where it got to."""

    def __init__(self, now: datetime, seconds: float, asked_by: Counter[str]) -> None:
        askers = ", ".join(f"{name} {count}" for name, count in asked_by.most_common())
        super().__init__(f"after {seconds:g} s it is only {now.isoformat()}; steps, by who had something due: {askers}")


class Timekeeper:
    """Moves the clock, and tells whoever follows it. One move at a time; the next waits its turn."""

    def __init__(
        self, clock: ManualClock, vendors: Sequence[TimedVendor] = (), config: ClockConfig | None = None
    ) -> None:
        self.clock = clock
        self.parties = Parties()
        self.config = config or ClockConfig()
        self._vendors = tuple(vendors)
        self._life = secrets.token_hex(3)
        self._moves = 0
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()

    def state(self) -> ClockState:
        return ClockState(self.clock.now(), f"{self._life}-{self._moves}", self.clock.running)

    async def wait_for_news(self, known_version: str | None, wait_seconds: float) -> None:
        if known_version != self.state().version:
            return
        try:
            async with asyncio.timeout(wait_seconds):
                await self._moved.wait()
        except TimeoutError:
            return

    async def advance(self, goal: Goal, patience_seconds: float | None = None) -> int:
        """From due time to due time up to the goal, which is worked out when it is this move's turn. Returns the steps.

        Raises ValueError when the goal is past; NotQuiet when a party stays busy at one step, with the time left there;
        AdvanceTooLong.
        """
        patience_seconds = self.config.patience_seconds if patience_seconds is None else patience_seconds
        gives_up_at = time.monotonic() + self.config.longest_advance_seconds
        minimum_step = timedelta(seconds=self.config.minimum_step_seconds)
        asked_by: Counter[str] = Counter()
        async with self._turn, aiohttp.ClientSession() as session:

            async def quiet(since: datetime) -> dict[str, IdleReport]:
                return await wait_for_quiet(lambda: self.parties.ask(session), since, patience_seconds)

            until = self._goal(goal)
            self._catch_up()
            reports = await quiet(self.clock.now())
            while (now := self.clock.now()) < until:
                due, asker = self._next_due(reports, now, until)
                asked_by[asker] += 1
                step = min(until, max(due, now + minimum_step))
                self._move(step)
                await asyncio.sleep(0)  # Where there is no party to ask, followers and callers have their turn too.
                reports = await quiet(step)
                if time.monotonic() > gives_up_at:
                    raise AdvanceTooLong(self.clock.now(), self.config.longest_advance_seconds, asked_by)
            return asked_by.total()

    async def jump(self, goal: Goal) -> None:
        """At once, waiting for nobody: for what comes late, or while a party is known to be away.

        Raises ValueError when the goal is past.
        """
        async with self._turn:
            self._move(self._goal(goal))

    def flow(self, running: bool) -> None:
        (self.clock.run if running else self.clock.freeze)()
        self._tell()

    def _goal(self, goal: Goal) -> datetime:
        until = goal(self.clock.now())
        if until < self.clock.now():
            raise ValueError(f"it is {self.clock.now().isoformat()} already, and time does not run backwards")
        return until

    def _next_due(self, reports: dict[str, IdleReport], now: datetime, until: datetime) -> tuple[datetime, str]:
        dues = [(report.next_due, name) for name, report in reports.items() if report.next_due is not None]
        for vendor in self._vendors:
            if (due := vendor.next_due(now)) is not None:
                dues.append((due, type(vendor).__name__))
        return min([*dues, (until, "the goal")])

    def _move(self, when: datetime) -> None:
        """The vendors first: whoever hears of the new time finds them there."""
        self.clock.set(when)
        self._catch_up()
        self._tell()

    def _catch_up(self) -> None:
        now = self.clock.now()
        for vendor in self._vendors:
            vendor.catch_up(now)

    def _tell(self) -> None:
        self._moves += 1
        self._moved.set()
        self._moved = asyncio.Event()
