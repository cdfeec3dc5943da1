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
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import structlog
from bankrails_clock.port import Clock
from bankrails_vendor_http.budget import Budget, Lane

from bankrails_messaging.attempts import Attempts
from bankrails_messaging.calls import VendorCall
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
        probe: Probe = unwatched,
        rng: random.Random | None = None,
    ) -> None:
        self._clock = clock
        self._budget_for = budget_for
        self._metrics = metrics
        self._attempts = Attempts(
            store, writer, clock, calls, metrics, self._schedule, probe=probe, rng=rng or random.Random()
        )
        self._rows: dict[str, WorkRow] = {}
        self._later: Queue = []
        self._ready: defaultdict[str, Queue] = defaultdict(list)
        self._prepared: defaultdict[str, Queue] = defaultdict(list)
        self._preparing: defaultdict[str, list[int]] = defaultdict(list)
        """The lanes of the calls whose attempt is being recorded."""
        self._full: dict[str, tuple[int, int]] = {}
        """Budget → the most urgent lane that its windows have no room for, and until when."""
        self._order = count()
        self._gates: dict[str, str] = {}
        self._behind_gate: defaultdict[str, deque[str]] = defaultdict(deque)
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._closing = False
        self._asleep = False
        self._wake_at: int | None = None
        self.failed: BaseException | None = None

    # Rows come and go

    def add(self, rows: Iterable[WorkRow]) -> None:
        """Rows that are durable: new ones, or all of them at start."""
        for row in rows:
            self._rows[row.id] = row
            if row.gate_held is not None:
                self._gates[row.gate_held] = row.id
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
            if row is not None and row.gate is not None:
                self._open_gate(row)
        self._wake.set()

    def put_off(self, work_id: str, due_at: int) -> WorkRow | None:
        """Mark a polled row as due again; the caller commits it and hands it back to `add`. None when it is gone."""
        row = self._rows.get(work_id)
        if row is not None:
            row.state, row.due_at = WorkState.DUE, due_at
            row.attempts, row.doubtful = 0, False  # it was answered: the tries of the next time are counted anew
        return row

    def _schedule(self, row: WorkRow) -> None:
        heapq.heappush(self._later, (row.due_at, next(self._order), row.id))
        self._wake.set()

    def _open_gate(self, row: WorkRow) -> None:
        gate = row.gate or ""
        if self._gates.get(gate) != row.id:
            return
        del self._gates[gate]
        waiting = self._behind_gate.pop(gate, None)
        if waiting:
            self._metrics.gate_waiting.dec(len(waiting))
            for work_id in waiting:
                if work_id in self._rows:
                    self._schedule(self._rows[work_id])

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
                if row is not None and row.due_at == due_at and _is_open(row):
                    heapq.heappush(self._ready[row.budget], (_lane(row), order, work_id))
            wake_at = self._later[0][0] if self._later else None
            for name in self._ready:
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
        lane_full, full_until = self._full.get(name, (Lane.POLLING + 1, 0))
        if full_until <= to_micros(now):
            lane_full = Lane.POLLING + 1
        self._prepare_more(name, budget, lane_full)
        prepared = self._prepared[name]
        while prepared:
            lane, _, work_id = prepared[0]
            if not budget.has_slot(Lane(lane)):
                return None  # the next call to end frees one, and wakes us
            again_at = budget.try_acquire(Lane(lane))
            if again_at is not None:
                self._full[name] = (lane, to_micros(again_at))
                self._put_back(name, to_micros(again_at))
                return to_micros(again_at)
            heapq.heappop(prepared)
            self._start(self._fly(self._rows[work_id], budget))
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
            if row is None or not _is_open(row):
                continue
            if row.gate is not None and self._gates.setdefault(row.gate, row.id) != row.id:
                self._behind_gate[row.gate].append(row.id)
                self._metrics.gate_waiting.inc()
                continue
            if row.state is WorkState.UNKNOWN:
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
            row = self._rows[work_id]
            if row.state is WorkState.UNKNOWN:
                row.due_at = due_at
                self._schedule(row)
            else:
                self._start(self._attempts.take_back(row, due_at))

    async def _fly(self, row: WorkRow, budget: Budget) -> None:
        self._metrics.in_flight.inc()
        with ExitStack() as slot:
            slot.callback(self._free, budget)
            now = self._clock.now()
            if row.state is WorkState.UNKNOWN:
                await self._attempts.look_up(row, budget)
            elif now - from_micros(row.attempted_at or 0) > RECHECK_STANDS:
                await self._attempts.take_back(row, to_micros(now))
            else:
                await self._attempts.carry_out(row, budget, slot)

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
        return self._asleep and not due and not self._flying and not self._wake.is_set()

    @property
    def next_due(self) -> datetime | None:
        return None if self._wake_at is None else from_micros(self._wake_at)

    def by_state(self) -> dict[str, int]:
        counted = {state.value: 0 for state in WorkState}
        for row in self._rows.values():
            counted[row.state.value] += 1
        return counted

    def oldest_unknown_seconds(self) -> float:
        since = [row.unknown_since for row in self._rows.values() if row.unknown_since is not None]
        return (to_micros(self._clock.now()) - min(since)) / 1e6 if since else 0.0


def _is_open(row: WorkRow) -> bool:
    return row.state in (WorkState.DUE, WorkState.UNKNOWN)


def _lane(row: WorkRow) -> int:
    return Lane.LOOK_UP if row.state is WorkState.UNKNOWN else row.lane
