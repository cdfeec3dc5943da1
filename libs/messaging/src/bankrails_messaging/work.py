"""The worker: which vendor call goes next, and when.

Theory. A row belongs to this process; nobody else claims it. A call that is due is *prepared*: one commit re-reads what
may have changed and records the attempt (attempts.py). Then it waits for a place in the vendor's budget and flies. Up
to a second quota's worth of calls is prepared while the first is in flight, so that the vendor's slots do not stand
empty while we write; a prepared call waits for a slot alone, and is put back when the budget says "not before".

The twin gate is held from the first attempt until the decision on its outcome is durable; a unique index holds it even
against a bug here.
"""

import asyncio
import heapq
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import structlog
from bankrails_clock.port import Clock
from bankrails_vendor_http.allowance import Allowance
from bankrails_vendor_http.budget import Budget, Lane

from bankrails_messaging.attempts import Attempts
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.census import Census
from bankrails_messaging.gates import Gates
from bankrails_messaging.halfway import HalfWay
from bankrails_messaging.holds import Holds
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import from_micros, to_micros
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Store
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_messaging.writer import GroupWriter

log = structlog.get_logger()

RECHECK_STANDS = timedelta(seconds=10)
"""How long after its recheck a call may leave: it waits for a slot, and a slow vendor holds one for half a minute."""

Queue = list[tuple[int, int, str]]
"""A heap of (lane, order, work id)."""


class WorkPool:
    def __init__(
        self,
        store: Store,
        writer: GroupWriter,
        clock: Clock,
        calls: Iterable[VendorCall],
        budget_for: Callable[[str], Budget],
        metrics: MessagingMetrics,
        *,
        holds: Holds | None = None,
        probe: Probe = unwatched,
        rng: random.Random | None = None,
    ) -> None:
        calls = list(calls)
        self._calls = {call.kind: call for call in calls}
        self._holds = Holds() if holds is None else holds
        self._holds.attach(metrics.paused, released=self._let_go, tested=self._test)
        self._held: defaultdict[str, list[str]] = defaultdict(list)
        """Budget → rows that are due and wait for its hold to end."""
        self._sooner: dict[str, int] = {}
        """Tests of tokens that were under way when another one was asked for."""
        self._clock = clock
        self._budget_for = budget_for
        self._metrics = metrics
        self._attempts = Attempts(
            store, writer, clock, calls, metrics, self._schedule, self._holds, probe=probe, rng=rng or random.Random()
        )
        self._rows: dict[str, WorkRow] = {}
        census = Census(self._rows, self._calls, clock)
        self.by_state = census.by_state
        self.unknown_by_kind = census.unknown_by_kind
        self.oldest_unknown_seconds = census.oldest_unknown_seconds
        self._by_key: defaultdict[str, set[str]] = defaultdict(set)
        self._later: Queue = []
        self._ready: defaultdict[str, Queue] = defaultdict(list)
        self._prepared: defaultdict[str, Queue] = defaultdict(list)
        self._preparing: defaultdict[str, list[int]] = defaultdict(list)
        """The lanes of the calls whose attempt is being recorded."""
        self._looking: dict[str, bool] = {}
        """The look-ups that are prepared or fly, and whether another was asked for meanwhile: two at once of one row
        would both end it."""
        self._full: dict[str, tuple[int, int]] = {}
        """Budget → the most urgent lane that its windows have no room for, and until when."""
        self._order = count()
        self._gates = Gates(metrics.gate_waiting)
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._halfway = HalfWay(self._wake.set)
        self._closing = False
        self._asleep = False
        self._wake_at: int | None = None
        self.failed: BaseException | None = None

    # Rows come and go

    def add(self, rows: Iterable[WorkRow]) -> None:
        """Rows that are durable: new ones, or all of them at start."""
        for row in rows:
            self._rows[row.id] = row
            self._by_key[row.key].add(row.id)
            self._gates.known(row)
            if row.state in (WorkState.DUE, WorkState.UNKNOWN):
                self._schedule(row)
            elif row.state is WorkState.IN_FLIGHT:
                # An attempt was recorded and its end was not: the process died in between.
                self._start(self._attempts.in_doubt(row, "the process ended during the call"))
        self._wake.set()

    def end(self, work_ids: Iterable[str]) -> None:
        """The decision on these outcomes is durable."""
        for work_id in work_ids:
            row = self._rows.pop(work_id, None)
            if row is None:
                continue
            self._by_key[row.key].discard(row.id)
            if not self._by_key[row.key]:
                del self._by_key[row.key]
            for freed in self._gates.open(row):
                if freed in self._rows:
                    self._schedule(self._rows[freed])
        self._wake.set()

    def resting(self, key: str, kinds: Iterable[str]) -> list[str]:
        """Of an aggregate's work, what was never tried and what waits for an operator."""
        rows = [self._rows[work_id] for work_id in self._by_key.get(key, ())]
        return [row.id for row in rows if row.kind in kinds and row.rests]

    def look_up_now(self, keys: Iterable[str]) -> None:
        """Do not wait for the next look-up of what is unknown of these aggregates; one that is under way is enough."""
        now = to_micros(self._clock.now())
        for row in [self._rows[work_id] for key in keys for work_id in self._by_key.get(key, ())]:
            if row.state is WorkState.UNKNOWN and row.due_at > now:
                row.due_at = now
                self._schedule(row)

    def put_off(self, work_id: str, due_at: int, payload: dict[str, Any] | None = None) -> WorkRow | None:
        """Mark a polled row as due again; the caller commits it and hands it back to `add`. None when it is gone.

        With a `payload` that is what it asks from then on.
        """
        row = self._rows.get(work_id)
        if row is not None:
            row.payload = row.payload if payload is None else payload
            row.state, row.due_at = WorkState.DUE, min(due_at, self._sooner.pop(work_id, due_at))
            row.attempts, row.doubtful = 0, False  # it was answered: the tries of the next time are counted anew
        return row

    def _let_go(self, budget: str) -> None:
        """Fewer holds are on this budget: what waits is looked at again."""
        for work_id in self._held.pop(budget, ()):
            if (row := self._rows.get(work_id)) is not None:
                self._schedule(row)

    def _test(self, budget: str, at: datetime) -> None:
        """The row itself stays as it is stored: after a restart the tokens are tested anyway."""
        due_at = to_micros(at)
        for row in self._rows.values():
            if row.budget != budget or not self._calls[row.kind].tests_access:
                continue
            if row.state is not WorkState.DUE:
                self._sooner[row.id] = due_at
            elif row.due_at > due_at:
                row.due_at = due_at
                self._schedule(row)

    def _schedule(self, row: WorkRow) -> None:
        heapq.heappush(self._later, (row.due_at, next(self._order), row.id))
        self._wake.set()

    # The loop

    async def run(self) -> None:
        while not self._closing:
            if self.failed is not None:
                raise self.failed
            self._wake.clear()
            now = to_micros(self._clock.now())
            while self._later and self._later[0][0] <= now:
                due_at, order, work_id = heapq.heappop(self._later)
                row = self._rows.get(work_id)
                if row is None or row.due_at != due_at or not row.is_open:
                    continue
                if self._holds.keeps(row, self._calls[row.kind]):
                    self._held[row.budget].append(work_id)
                else:
                    heapq.heappush(self._ready[row.budget], (row.turn, order, work_id))
            wake_at = self._later[0][0] if self._later else None
            for name in {**self._ready, **dict.fromkeys(self._halfway.budgets)}:
                again_at = self._launch(name)
                if again_at is not None and (wake_at is None or again_at < wake_at):
                    wake_at = again_at
            self._wake_at, self._asleep = wake_at, True
            await self._clock.wait_until(None if wake_at is None else from_micros(wake_at), self._wake)
            self._asleep = False
            await asyncio.sleep(0)  # a wait that was over before it began must not keep the loop from everybody else

    def _launch(self, name: str) -> int | None:
        """Fly what is prepared, prepare what comes next; when to come back, or None to wait for an event."""
        budget = self._budget_for(name)
        now = self._clock.now()
        if budget.paused_until is not None and budget.paused_until > now:
            self._put_back(name, to_micros(budget.paused_until))
            return to_micros(budget.paused_until)
        go_on_at = self._halfway.serve(name, budget)
        soonest = [to_micros(go_on_at)] if go_on_at is not None else []
        if (again_at := self._launch_next(name, budget, now)) is not None:
            soonest.append(again_at)
        return min(soonest, default=None)

    def _launch_next(self, name: str, budget: Budget, now: datetime) -> int | None:
        lane_full, full_until = self._full.get(name, (Lane.POLLING + 1, 0))
        if full_until <= to_micros(now):
            lane_full = Lane.POLLING + 1
        self._prepare_more(name, budget, lane_full)
        prepared = self._prepared[name]
        while prepared:
            lane, _, work_id = prepared[0]
            row = self._rows.get(work_id)
            if row is None:
                heapq.heappop(prepared)  # a decision has ended it meanwhile
                self._looking.pop(work_id, None)
                continue
            if self._holds.forbids(row, self._calls[row.kind]):
                heapq.heappop(prepared)
                self._take_back(row, to_micros(now))
                continue
            if not budget.has_slot(Lane(lane)):
                return None  # the next call to end frees one, and wakes us
            again_at = budget.try_acquire(Lane(lane))
            if again_at is not None:
                self._full[name] = (lane, to_micros(again_at))
                self._put_back(name, to_micros(again_at))
                return to_micros(again_at)
            heapq.heappop(prepared)
            self._start(self._fly(row, budget, Lane(lane)))
        return full_until if self._ready[name] and lane_full <= Lane.POLLING else None

    def _prepare_more(self, name: str, budget: Budget, lane_full: int) -> None:
        ready, prepared = self._ready[name], self._prepared[name]
        while ready and ready[0][0] < lane_full:
            # A debit does not queue behind polls: each lane counts what is as urgent as itself.
            lanes = [lane for lane, _, _ in prepared] + self._preparing[name]
            if sum(lane <= ready[0][0] for lane in lanes) >= budget.quota.in_flight:
                return
            lane, order, work_id = heapq.heappop(ready)
            row = self._rows.get(work_id)
            if row is None or not row.is_open:
                continue
            if self._holds.keeps(row, self._calls[row.kind]):
                self._held[name].append(work_id)
                continue
            if not self._gates.passes(row):
                continue
            if row.state is WorkState.UNKNOWN:
                if work_id in self._looking:
                    self._looking[work_id] = True
                else:
                    self._looking[work_id] = False
                    heapq.heappush(prepared, (lane, order, work_id))  # a look-up records nothing before it
                continue
            row.state = WorkState.IN_FLIGHT
            self._preparing[name].append(lane)
            self._start(self._prepare(row, name, lane, order))

    async def _prepare(self, row: WorkRow, name: str, lane: int, order: int) -> None:
        try:
            if await self._attempts.record(row):
                if self._closing:
                    await self._attempts.take_back(row, to_micros(self._clock.now()))
                else:
                    heapq.heappush(self._prepared[name], (lane, order, row.id))
        finally:
            self._preparing[name].remove(lane)
            self._wake.set()

    def _put_back(self, name: str, due_at: int) -> None:
        """Nothing of these was sent: they are due again when the budget has room."""
        for _, _, work_id in self._prepared.pop(name, ()):
            if (row := self._rows.get(work_id)) is not None:
                self._take_back(row, due_at)

    def _take_back(self, row: WorkRow, due_at: int) -> None:
        if row.state is WorkState.UNKNOWN:
            self._looking.pop(row.id, None)
            row.due_at = due_at
            self._schedule(row)
        else:
            self._start(self._attempts.take_back(row, due_at))

    async def _room(self, name: str, lane: Lane) -> None:
        await self._halfway.wait(name, lane)
        self._metrics.in_flight.inc()

    async def _fly(self, row: WorkRow, budget: Budget, lane: Lane) -> None:
        self._metrics.in_flight.inc()
        with ExitStack() as slot:
            slot.callback(self._free, budget)
            allowance = Allowance(
                budget, lane, slot, acquire=partial(self._room, row.budget, lane), release=partial(self._free, budget)
            )
            now = self._clock.now()
            if row.state is WorkState.UNKNOWN:
                try:
                    await self._attempts.look_up(row, budget, allowance)
                finally:
                    if self._looking.pop(row.id, False) and row.id in self._rows:
                        self._schedule(row)
            elif now - from_micros(row.attempted_at or 0) > RECHECK_STANDS:
                await self._attempts.take_back(row, to_micros(now))
            else:
                await self._attempts.carry_out(row, budget, slot, allowance)

    def _free(self, budget: Budget) -> None:
        self._metrics.in_flight.dec()
        budget.release()
        self._wake.set()

    def _start(self, flight: Any) -> None:
        task = asyncio.get_running_loop().create_task(flight)
        self._flying.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed = error
            self._wake.set()

    async def stop(self, grace_seconds: float) -> None:
        """Start nothing more, give what flies its time, then abandon it: its attempt is recorded."""
        self._closing = True
        self._wake.set()
        now = to_micros(self._clock.now())
        for name in list(self._prepared):
            self._put_back(name, now)
        self._halfway.stop(self._clock.now())
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=grace_seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("work.abandoned", calls=len(late))
                await asyncio.wait(late)

    # What operators, and whoever moves the clock, see

    @property
    def idle(self) -> bool:
        """Nothing flies, and nothing could fly before `next_due`."""
        due = self._wake_at is not None and self._wake_at <= to_micros(self._clock.now())
        return self._asleep and not due and len(self._flying) == self._halfway.waiting and not self._wake.is_set()

    @property
    def next_due(self) -> datetime | None:
        return None if self._wake_at is None else from_micros(self._wake_at)
