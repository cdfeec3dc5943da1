"""The dispatcher: stored messages, per key in arrival order and many keys at once, through a pure decision.

Theory. A key has a queue in memory; only its head is ever in hand, so order per key needs no lock and no query. A wave
takes the heads of many keys, loads all that their decisions need with one query per table, decides each, and hands one
unit of work to the writer. Several waves overlap: the next is decided while the last one waits for the disk.

What goes wrong: an exception in a decision is a bug of ours, so that key is parked (its successors wait visibly) and
everybody else goes on. A process that dies in a decision leaves no trace of which one, so after a crash the messages
that were open then go in marked waves: each is counted as "in hand" first, one that was in hand before goes alone, and
one that was in hand at two crashes is parked.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from bankrails_clock.port import Clock
from bankrails_telemetry.health import Progress
from sqlalchemy import Connection

from bankrails_messaging.cases import Case, Reader, repeated
from bankrails_messaging.decisions import Answering, Decision, Handling, Refusal
from bankrails_messaging.enactment import Enactment
from bankrails_messaging.following import Following
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.recovery import release_parked
from bankrails_messaging.rows import Changes, InboxRow
from bankrails_messaging.stops import Probe, Stop, unwatched
from bankrails_messaging.store import Store, StoreConflict, StoreRaced
from bankrails_messaging.work import WorkPool
from bankrails_messaging.writer import GroupWriter

WAVE_KEYS = 64
"""Keys decided together: enough to share the queries, few enough that the event loop pauses for some 20 ms."""
WAVES_MAX = 4
CONFLICT_TRIES = 3
RACES_MAX = 100
"""Each lost race means that somebody else has won one, so this many without a win is our own mistake."""
IN_HAND_CRASHES_MAX = 2
DECISION = "decision"
"""The progress mark: messages that could be decided are being decided."""

Load = Callable[[Any, Sequence[Any]], Sequence[Any]]

log = structlog.get_logger()


class Dispatcher:
    def __init__(
        self,
        store: Store,
        writer: GroupWriter,
        pool: WorkPool,
        clock: Clock,
        handlings: Iterable[Handling[Any, Any]],
        answerings: Iterable[Answering[Any]],
        enactment: Enactment,
        reads: Callable[[Connection], Any],
        metrics: MessagingMetrics,
        *,
        progress: Progress,
        probe: Probe = unwatched,
    ) -> None:
        self._store = store
        self._writer = writer
        self._pool = pool
        self._clock = clock
        self._reader = Reader(handlings, answerings)
        self._reads = reads
        self._metrics = metrics
        self._progress = progress
        self._probe = probe
        self._queues: dict[str, deque[InboxRow]] = {}
        self._ready: deque[str] = deque()
        self._in_hand: set[str] = set()
        self._parked: dict[str, str] = {}
        """Parked key → id of the message that parked it."""
        self._following = Following(enactment, pool, self._reader, self._parked)
        self._suspects: set[int] = set()
        self._waves: set[asyncio.Task[None]] = set()
        self._racing = asyncio.Lock()
        """Held by whoever decides again after a lost race. Losers of several waves would beat each other for ever."""
        self._wake = asyncio.Event()
        self._closing = False
        self.waiting = 0
        self.failed: BaseException | None = None

    # Rows come

    def resume(self, rows: Sequence[InboxRow], *, after_crash: bool) -> None:
        """The rows that are open at start, in arrival order."""
        if after_crash:
            self._suspects = {row.seq for row in rows if row.seq is not None and row.state == "new"}
        for row in rows:
            if row.state == "parked":
                self._parked[row.key] = row.message_id
        self.receive(rows)
        self._metrics.parked.set(len(self._parked))

    def receive(self, rows: Iterable[InboxRow]) -> None:
        """Rows that are durable. One without a seq was there already, and its first answer stands."""
        for row in rows:
            if row.seq is None:
                continue
            self.waiting += row.state == "new"  # the others wait for a person, and must not stop the intake
            queue = self._queues.get(row.key)
            if queue is None:
                self._queues[row.key] = deque((row,))
                self._ready.append(row.key)
            else:
                queue.append(row)
                if row.key in self._parked:
                    self._ready.append(row.key)
        if self._ready:
            self._progress.owe(DECISION)
        self._wake.set()

    async def release(self, key: str) -> int:
        """Let a parked key go on, after its cause was put right; how many messages that frees."""
        if self._parked.pop(key, None) is None:
            return 0
        self._metrics.parked.set(len(self._parked))
        queue = self._queues[key]
        await self._store.write(lambda connection: release_parked(connection, key))
        freed = sum(row.state != "new" for row in queue)
        for row in queue:
            row.state, row.hands = "new", 0
        self.waiting += freed
        self._ready.append(key)
        self._wake.set()
        return len(queue)

    @property
    def idle(self) -> bool:
        """Nothing that could be decided is undecided. What is parked is somebody's to release."""
        return not self._waves and not self._ready and not self._wake.is_set()

    @property
    def parked(self) -> Mapping[str, str]:
        """Parked key → id of the message that parked it."""
        return self._parked

    # The loop

    async def run(self) -> None:
        while not self._closing:
            if self.failed is not None:
                raise self.failed
            await self._wake.wait()
            self._wake.clear()
            while self._ready and len(self._waves) < WAVES_MAX and not self._closing:
                if self._suspects and self._waves:
                    break  # after a crash one wave at a time, so that "in hand" says something
                cases = self._take()
                if cases:
                    task = asyncio.get_running_loop().create_task(self._wave(cases))
                    self._waves.add(task)
                    task.add_done_callback(self._wave_done)
            if not self._ready and not self._waves:
                self._progress.rest(DECISION)  # a parked key is somebody's to release, not ours to decide

    def _wave_done(self, task: asyncio.Task[None]) -> None:
        self._waves.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed = error
        self._wake.set()

    async def stop(self) -> None:
        """Finish the waves in hand; the rest stays in the inbox."""
        self._closing = True
        self._wake.set()
        if self._waves:
            await asyncio.wait(self._waves)

    def _take(self) -> list[Case]:
        """The heads of ready keys. A row that has to be tried alone ends the wave before it, or makes one by itself."""
        taken: list[Case] = []
        while self._ready and len(taken) < WAVE_KEYS:
            key = self._ready[0]
            queue = self._queues.get(key)
            if queue is None or key in self._in_hand:
                self._ready.popleft()  # released, parked or answered since it was put here
                continue
            if key in self._parked:
                self._ready.popleft()
                for row in queue:
                    if row.state == "new":
                        row.state = "waiting"  # from here on it is being told
                        self.waiting -= 1
                        taken.append(Case(row, told=True))
                continue
            row = queue[0]
            alone = row.hands > 0 and row.seq in self._suspects
            if alone and taken:
                return taken
            self._ready.popleft()
            self._in_hand.add(key)
            taken.append(Case(row))
            if alone:
                return taken
        return taken

    async def _wave(self, cases: list[Case]) -> None:
        suspects = [case.row for case in cases if case.row.seq in self._suspects and not case.told]
        broken = [row for row in suspects if row.hands >= IN_HAND_CRASHES_MAX]
        if suspects and not broken:
            await self._writer.commit(Changes(in_hand=[row.seq for row in suspects if row.seq is not None]))
        for case in cases:
            if case.row in broken:
                case.bug = RuntimeError("in hand at two crashes")
            elif not case.told:
                self._reader.read(case)
        await self._settle(cases)

    async def _settle(self, cases: list[Case]) -> None:
        """Decide, commit, and let the keys go on."""
        try:
            await self._decide_and_commit(cases)
        except StoreConflict as conflict:
            self._metrics.conflicts.inc()
            log.info("dispatcher.conflict", error=str(conflict), cases=len(cases))
            # One loser must not cost its neighbours their decision: each alone, again from the start.
            async with self._racing:
                for case in cases:
                    await self._settle_alone(case)
        self._probe(Stop.DECISION_COMMITTED)
        for case in cases:
            self._release(case)
        self._progress.mark(DECISION)
        if not self._ready:
            self._progress.rest(DECISION)

    async def _settle_alone(self, case: Case) -> None:
        """Until it fits. Many lost races are bad luck; a few conflicts of another kind are a bug."""
        races = conflicts = 0
        while True:
            try:
                await self._decide_and_commit([case])
                return
            except StoreConflict as conflict:
                self._metrics.conflicts.inc()
                races, conflicts = (
                    (races + 1, conflicts) if isinstance(conflict, StoreRaced) else (races, conflicts + 1)
                )
                if races < RACES_MAX and conflicts < CONFLICT_TRIES:
                    continue
                log.warning("dispatcher.conflict", error=str(conflict), aggregate_id=case.row.key)
                case.bug = conflict
                await self._writer.commit(self._following.changes([case], self._clock.now()))
                return

    async def _decide_and_commit(self, cases: list[Case]) -> None:
        """Raises StoreConflict."""
        await self._decide(cases)
        self._probe(Stop.DECIDED)
        await self._writer.commit(self._following.changes(cases, self._clock.now()))

    def _release(self, case: Case) -> None:
        row = case.row
        if row.seq is not None:
            self._suspects.discard(row.seq)
        self._count(case)
        if case.told:
            return  # it waits behind a parked one, even if that was released meanwhile
        queue = self._queues[row.key]
        self._in_hand.discard(row.key)
        self.waiting -= 1
        if case.bug is not None:
            row.state = "parked"
            self._parked[row.key] = row.message_id
            self._metrics.parked.set(len(self._parked))
            if len(queue) > 1:
                self._ready.append(row.key)  # those behind it are told at once
        else:
            queue.popleft()
            if queue:
                self._ready.append(row.key)
            else:
                del self._queues[row.key]
        self._wake.set()

    async def _decide(self, cases: Sequence[Case]) -> None:
        by_handling: defaultdict[int, list[Case]] = defaultdict(list)
        for case in cases:
            if case.handling is not None and case.bug is None:
                case.verdict = None
                by_handling[id(case.handling)].append(case)
        now = self._clock.now()
        for some in by_handling.values():
            handling = some[0].handling
            assert handling is not None  # noqa: S101 - grouped by it just above
            situations = await self._load(handling.load, some)
            for case, situation in zip(some, situations, strict=True):
                if case.bug is not None:
                    continue
                try:
                    case.verdict = repeated(handling, situation, case.row) or handling.decide(
                        case.message, situation, now
                    )
                except Exception as bug:  # a bug in one decision parks its key and nobody else
                    case.bug = bug

    async def _load(self, load: Load, some: list[Case]) -> Sequence[Any]:
        try:
            return await self._store.read(
                lambda connection: load(self._reads(connection), [case.message for case in some])
            )
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as bug:
            if len(some) == 1:
                some[0].bug = bug
                return [None]
            return [(await self._load(load, [case]))[0] for case in some]

    def _count(self, case: Case) -> None:
        match case.verdict:
            case _ if case.bug is not None:
                outcome = "parked"
            case Refusal():
                outcome = "refused"
            case Decision():
                outcome = "decided"
            case _:
                outcome = "waiting"
        self._metrics.decided.labels(case.row.type, outcome).inc()
        log.info(
            "message.handled",
            type=case.row.type,
            aggregate_id=case.row.key,
            message_id=case.row.message_id,
            correlation_id=case.row.correlation_id,
            outcome=outcome,
        )
