"""The worker: due work, its vendor calls, and what becomes of each.

Theory. A row belongs to this process; nobody else claims it. Before a call goes out, one commit re-reads what may have
changed and records the attempt with its key and body, so a crash at any later moment leaves a row that says "an attempt
was made". What that means is the call's class (calls.py) and the resend rule (resend.py), nothing else: a live time-out
and a crash take the same path (`_in_doubt`). The answer and the end of the attempt are one commit too, and enter as an
inbox message of our own. The twin gate is held from the first attempt until the decision on its outcome is durable; a
unique index holds it even against a bug here. The race that is left: a call that leaves us just before this process
stalls beyond the key's life reaches the vendor late. Only the vendor could close that.
"""

import asyncio
import heapq
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
import structlog
from bankrails_clock.port import Clock
from bankrails_telemetry.tracing import span
from bankrails_vendor_http.budget import Budget, Lane
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from opentelemetry.trace import SpanKind

from bankrails_messaging import resend, retry
from bankrails_messaging.calls import KeyedCall, LookFirstCall, NaturalKeyCall, NeverRepeatCall, ReadCall, VendorCall
from bankrails_messaging.decisions import Result
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, InboxRow, from_micros, to_micros
from bankrails_messaging.sorting import INTERNAL
from bankrails_messaging.stops import Probe, Stop, unwatched
from bankrails_messaging.store import Store, StoreConflict
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_messaging.writer import GroupWriter

log = structlog.get_logger()


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
        self._store = store
        self._writer = writer
        self._clock = clock
        self._calls: Mapping[str, VendorCall] = {call.kind: call for call in calls}
        self._budget_for = budget_for
        self._metrics = metrics
        self._probe = probe
        self._rng = rng or random.Random()
        self._rows: dict[str, WorkRow] = {}
        self._later: list[tuple[int, int, str]] = []
        self._ready: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        self._order = count()
        self._gates: dict[str, str] = {}
        self._behind_gate: defaultdict[str, deque[str]] = defaultdict(deque)
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._closing = False
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
                self._start(self._in_doubt(row, "the process ended during the call"))
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
                if row is not None and row.due_at == due_at and row.state in (WorkState.DUE, WorkState.UNKNOWN):
                    lane = Lane.LOOK_UP if row.state is WorkState.UNKNOWN else row.lane
                    heapq.heappush(self._ready[row.budget], (lane, order, work_id))
            wake_at = self._later[0][0] if self._later else None
            for name, ready in self._ready.items():
                again_at = self._launch(self._budget_for(name), ready)
                if again_at is not None and (wake_at is None or again_at < wake_at):
                    wake_at = again_at
            await self._clock.wait_until(None if wake_at is None else from_micros(wake_at), self._wake)

    def _launch(self, budget: Budget, ready: list[tuple[int, int, str]]) -> int | None:
        """Start what the budget and the gates allow; when to come back for the rest, or None to wait for an event."""
        while ready:
            lane, _, work_id = ready[0]
            row = self._rows.get(work_id)
            if row is None or row.state not in (WorkState.DUE, WorkState.UNKNOWN):
                heapq.heappop(ready)
                continue
            if row.gate is not None and self._gates.get(row.gate, row.id) != row.id:
                heapq.heappop(ready)
                self._behind_gate[row.gate].append(row.id)
                self._metrics.gate_waiting.inc()
                continue
            again_at = budget.try_acquire(Lane(lane))
            if again_at is not None:
                return to_micros(again_at) if again_at > self._clock.now() else None
            heapq.heappop(ready)
            if row.gate is not None:
                self._gates[row.gate] = row.id
            looking_up = row.state is WorkState.UNKNOWN
            row.state = WorkState.IN_FLIGHT if not looking_up else row.state
            self._start(self._fly(row, budget, looking_up=looking_up))
        return None

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
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=grace_seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("work.abandoned", calls=len(late))
                await asyncio.wait(late)

    # One call

    async def _fly(self, row: WorkRow, budget: Budget, *, looking_up: bool) -> None:
        call = self._calls[row.kind]
        self._metrics.in_flight.inc()
        try:
            if looking_up:
                assert isinstance(call, KeyedCall)  # noqa: S101 - only keyed rows become UNKNOWN
                await self._look_up(row, call)
            else:
                await self._attempt(row, call, budget)
        finally:
            self._metrics.in_flight.dec()
            budget.release()
            self._wake.set()

    async def _attempt(self, row: WorkRow, call: VendorCall, budget: Budget) -> None:
        if not await self._record_attempt(row, call):
            return
        self._probe(Stop.ATTEMPT_RECORDED)
        if isinstance(call, KeyedCall) and row.doubtful and not self._key_is_young(row, call):
            await self._in_doubt(row, "the key grew too old before it could be sent again")
            return
        try:
            with (
                self._metrics.call_seconds.labels(row.kind).time(),
                span(f"vendor {row.kind}", row.traceparent, kind=SpanKind.CLIENT, work_id=row.id),
            ):
                async with asyncio.timeout(call.deadline_seconds):
                    answer, found = await self._send(row, call)
        except VendorRejected as error:
            self._count(row, "rejected")
            if row.doubtful and isinstance(call, KeyedCall):
                # The no answers this attempt alone: an earlier one under the same key ended in silence.
                await self._to_look_up(row, f"a repeat was rejected: {error.reason}")
            else:
                await self._deliver(row, Result.REJECTED, reason=error.reason)
        except VendorUnavailable as error:
            self._count(row, "unavailable")
            await self._not_taken(row, error, budget)
        except (OutcomeUnknown, TimeoutError) as error:
            self._count(row, "unknown")
            await self._in_doubt(row, str(error) or f"no answer within {call.deadline_seconds:g} s")
        except Exception as error:
            self._count(row, "failed")
            log.exception("work.call_failed", kind=row.kind, aggregate_id=row.key)
            await self._in_doubt(row, f"{type(error).__name__} in our own code")
        else:
            self._count(row, "answered")
            self._probe(Stop.VENDOR_ANSWERED)
            budget.answered()
            if answer is None:
                await self._deliver(row, Result.UNKNOWN, reason="it may have happened, and must not be repeated")
            else:
                await self._deliver(row, Result.ANSWERED, answer=answer, found=found)

    async def _send(self, row: WorkRow, call: VendorCall) -> tuple[dict[str, Any] | None, bool]:
        """The answer, and whether it was found rather than made. None: in doubt, and not to be repeated."""
        match call:
            case KeyedCall():
                body = (row.request_body or "").encode()
                return await call.send(row.payload, body=body, idempotency_key=row.idempotency_key or ""), False
            case LookFirstCall():
                since = None if row.attempts == 1 else from_micros(row.first_attempted_at or 0)
                effects = await self._unclaimed(row, call, since)
                if effects:
                    return effects[0].answer, True
                if row.doubtful and not call.repeatable:
                    return None, False
                return await call.send(row.payload), False
            case ReadCall() | NaturalKeyCall() | NeverRepeatCall():
                return await call.send(row.payload), False
            case _:
                raise TypeError(f"{type(call).__name__} has no call class")

    async def _unclaimed(self, row: WorkRow, call: KeyedCall | LookFirstCall, since: Any) -> list[Any]:
        effects = await call.look_up(row.payload, since)
        if not effects:
            return []
        ids = [effect.vendor_id for effect in effects]
        taken = await self._store.read(lambda connection: call.claimed(connection, row.payload, ids))
        return [effect for effect in effects if effect.vendor_id not in taken]

    async def _record_attempt(self, row: WorkRow, call: VendorCall) -> bool:
        """Commit the attempt. False when the recheck stopped it, or a twin got there first."""
        now = to_micros(self._clock.now())
        last_attempt_at = row.attempted_at
        if row.idempotency_key is None and isinstance(call, KeyedCall):
            row.idempotency_key = call.new_key()
            row.keys_used += 1
            row.request_body = call.body(row.payload).decode()
            row.key_attempted_at = None
        row.first_attempted_at = row.first_attempted_at or now
        row.key_attempted_at = row.key_attempted_at or now
        row.attempted_at = now
        row.attempts += 1
        row.gate_held = row.gate
        try:
            await self._writer.commit(Changes(work_claimed=[row]))
        except StoreConflict as conflict:
            log.error("work.gate_conflict", kind=row.kind, aggregate_id=row.key, error=str(conflict))
            row.gate_held = None
            await self._again(row, retry.delay_after(row.attempts, self._rng), store=False)
            return False
        if row.withdrawn is not None:
            self._metrics.withdrawn.labels(row.kind).inc()
            if row.doubtful and isinstance(call, KeyedCall):
                # Nothing more goes out, yet an earlier attempt may have happened: nobody is told "refused" before a look.
                row.attempts, row.attempted_at = row.attempts - 1, last_attempt_at
                await self._to_look_up(row, f"not sent again: {row.withdrawn}")
            else:
                await self._deliver(row, Result.WITHDRAWN, reason=row.withdrawn)
            return False
        return True

    # What became of it

    async def _not_taken(self, row: WorkRow, error: VendorUnavailable, budget: Budget) -> None:
        """A definite no to this attempt: nothing happened."""
        if error.status == 429:
            budget.pause(self._clock.now() + timedelta(seconds=error.retry_after_seconds or 60))
        if error.status is None:
            budget.not_reached()
            if budget.paused_until is not None and budget.paused_until > self._clock.now():
                row.attempts -= 1  # an outage is not this row's failure
        keyed = isinstance(self._calls[row.kind], KeyedCall)
        if row.attempts >= retry.ATTEMPTS_MAX and not (keyed and row.doubtful):
            await self._deliver(row, Result.UNKNOWN if row.doubtful else Result.EXHAUSTED, reason=error.reason)
            return
        if not row.doubtful:
            # Every attempt under this key was a definite no, so the next may begin a new key without a look-up.
            row.idempotency_key = None
            row.keys_used = 0
        await self._again(row, retry.delay_after(max(1, row.attempts), self._rng))

    async def _in_doubt(self, row: WorkRow, reason: str) -> None:
        """An attempt without a usable answer, live or found after a crash: what its class allows."""
        call = self._calls[row.kind]
        row.doubtful = True
        match call:
            case ReadCall() | NaturalKeyCall() | LookFirstCall():
                if row.attempts >= retry.ATTEMPTS_MAX:
                    await self._deliver(row, Result.UNKNOWN, reason=reason)
                    return
                await self._again(row, retry.delay_after(max(1, row.attempts), self._rng))
            case NeverRepeatCall():
                await self._deliver(row, Result.UNKNOWN, reason=reason)
            case KeyedCall():
                if self._key_is_young(row, call):
                    await self._again(row, retry.delay_after(max(1, row.attempts), self._rng))
                    return
                await self._to_look_up(row, reason)
            case _:
                raise TypeError(f"{type(call).__name__} has no call class")

    async def _to_look_up(self, row: WorkRow, reason: str) -> None:
        """Nothing is sent any more until the vendor's own list has spoken."""
        row.state = WorkState.UNKNOWN
        row.due_at = to_micros(self._clock.now())
        if row.unknown_since is None:
            row.unknown_since = row.due_at
            await self._deliver(row, Result.UNKNOWN, reason=reason, ended=False)
        else:
            await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    def _key_is_young(self, row: WorkRow, call: KeyedCall) -> bool:
        return resend.key_is_young(
            from_micros(row.key_attempted_at or 0),
            self._clock.now(),
            key_life=call.key_life,
            deadline=timedelta(seconds=call.deadline_seconds),
        )

    async def _look_up(self, row: WorkRow, call: KeyedCall) -> None:
        """Ask the vendor whether an unknown attempt happened."""
        last_attempt_at = from_micros(row.attempted_at or 0)
        try:
            async with asyncio.timeout(call.deadline_seconds):
                effects = await self._unclaimed(row, call, from_micros(row.first_attempted_at or 0))
        except (VendorRejected, VendorUnavailable, OutcomeUnknown, TimeoutError) as error:
            self._count(row, "look-up failed")
            log.warning("work.look_up_failed", kind=row.kind, aggregate_id=row.key, error=str(error))
            effects = None
        now = self._clock.now()
        if effects is not None and len(effects) == 1:
            self._count(row, "found")
            await self._deliver(row, Result.ANSWERED, answer=effects[0].answer, found=True)
            return
        if effects:
            self._count(row, "ambiguous")
            await self._ask_operator(row, f"{len(effects)} effects at the vendor could be this one")
            return
        if effects is not None:
            looked_up_at = None if row.looked_up_at is None else from_micros(row.looked_up_at)
            if resend.counts_as_clean(last_attempt_at, looked_up_at, now):
                row.clean_look_ups += 1
                row.looked_up_at = to_micros(now)
        if row.clean_look_ups >= resend.CLEAN_LOOK_UPS:
            self._count(row, "absent")
            if row.keys_used >= resend.KEYS_MAX:
                await self._ask_operator(row, f"sent under {row.keys_used} keys, and the vendor shows none of them")
                return
            row.state, row.idempotency_key, row.doubtful = WorkState.DUE, None, False
            row.clean_look_ups, row.looked_up_at = 0, None
            row.due_at = to_micros(now)
        else:
            row.due_at = to_micros(resend.next_look_up(last_attempt_at, row.attempts, now))
        await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    async def _ask_operator(self, row: WorkRow, reason: str) -> None:
        row.state = WorkState.OPERATOR
        await self._deliver(row, Result.AMBIGUOUS, reason=reason, ended=False)

    async def _again(self, row: WorkRow, delay: timedelta, *, store: bool = True) -> None:
        row.state = WorkState.DUE
        row.due_at = to_micros(self._clock.now() + delay)
        if store:
            await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    async def _deliver(
        self,
        row: WorkRow,
        result: Result,
        *,
        answer: dict[str, Any] | None = None,
        reason: str = "",
        found: bool = False,
        ended: bool = True,
    ) -> None:
        """The outcome, and the end of the attempt, as one commit; the dispatcher decides on it next."""
        if ended:
            row.state = WorkState.ANSWERED
        outcome = {
            "work_id": row.id,
            "result": result.value,
            "payload": row.payload,
            "answer": answer or {},
            "reason": reason,
            "found": found,
            "was_unknown": row.unknown_since is not None and result is not Result.UNKNOWN,
            "ended": ended,
        }
        message = InboxRow(
            source=INTERNAL,
            message_id=f"{row.id}:{row.attempts}:{result.value}",
            kind=INTERNAL,
            type=row.kind,
            key=row.key,
            content_hash="",
            body=orjson.dumps(outcome).decode(),
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            traceparent=row.traceparent,
            received_at=to_micros(self._clock.now()),
        )
        await self._writer.commit(Changes(received=[message], work_changed=[row]))
        self._probe(Stop.ANSWER_RECORDED)

    def _count(self, row: WorkRow, outcome: str) -> None:
        self._metrics.calls.labels(row.kind, outcome).inc()

    # What operators see

    def by_state(self) -> dict[str, int]:
        counted = {state.value: 0 for state in WorkState}
        for row in self._rows.values():
            counted[row.state.value] += 1
        return counted

    def oldest_unknown_seconds(self) -> float:
        since = [row.unknown_since for row in self._rows.values() if row.unknown_since is not None]
        return (to_micros(self._clock.now()) - min(since)) / 1e6 if since else 0.0
