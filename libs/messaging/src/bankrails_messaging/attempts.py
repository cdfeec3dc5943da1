"""One vendor call: the attempt, and what is known after it.

Theory. Before a call goes out, one commit re-reads what may have changed and records the attempt with its key and body,
so a crash at any later moment leaves a row that says "an attempt was made". What that means is the call's class
(calls.py) and the resend rule (resend.py), nothing else: a live time-out and a crash take the same path (`in_doubt`).
The answer and the end of the attempt are one commit too, and enter as an inbox message of our own. The race that is
left: a call that leaves us just before this process stalls beyond the key's life reaches the vendor late. Only the
vendor could close that.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import orjson
import structlog
from bankrails_clock.port import Clock
from bankrails_telemetry.redaction import clean_text
from bankrails_telemetry.tracing import span
from bankrails_vendor_http.budget import Budget
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from opentelemetry.trace import SpanKind

from bankrails_messaging import resend, retry
from bankrails_messaging.calls import KeyedCall, LookFirstCall, NaturalKeyCall, NeverRepeatCall, ReadCall, VendorCall
from bankrails_messaging.decisions import Result
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, InboxRow, from_micros, to_micros
from bankrails_messaging.sorting import INTERNAL
from bankrails_messaging.stops import Probe, Stop
from bankrails_messaging.store import Store, StoreConflict
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_messaging.writer import GroupWriter

KEY_TOO_OLD = "the key grew too old before it could be sent again"

log = structlog.get_logger()


class Attempts:
    def __init__(
        self,
        store: Store,
        writer: GroupWriter,
        clock: Clock,
        calls: Iterable[VendorCall],
        metrics: MessagingMetrics,
        schedule: Callable[[WorkRow], None],
        *,
        probe: Probe,
        rng: random.Random,
    ) -> None:
        """`schedule` takes a row that is DUE or UNKNOWN and durable as such."""
        self._store = store
        self._writer = writer
        self._clock = clock
        self._calls: Mapping[str, VendorCall] = {call.kind: call for call in calls}
        self._metrics = metrics
        self._schedule = schedule
        self._probe = probe
        self._rng = rng

    async def record(self, row: WorkRow) -> bool:
        """Commit the attempt, before anything is sent. False when the recheck stopped it, or a twin got there first."""
        call = self._calls[row.kind]
        if isinstance(call, KeyedCall) and row.doubtful and not self._key_is_young(row, call):
            # Not an attempt: recorded as one, it would put off by minutes what may be known already.
            await self._to_look_up(row, KEY_TOO_OLD)
            return False
        now = to_micros(self._clock.now())
        last_attempt_at = row.attempted_at
        if row.idempotency_key is None and isinstance(call, KeyedCall):
            row.idempotency_key = call.new_key()
            row.keys_used += 1
            row.request_body = call.body(row.payload).decode()
            row.key_attempted_at = None
        row.first_attempted_at = row.first_attempted_at or now
        if not row.doubtful or row.key_attempted_at is None:
            # Nothing can have happened under this key yet, so its life begins with this attempt.
            row.key_attempted_at = now
            row.key_attempted_monotonic = time.monotonic()
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
        self._probe(Stop.ATTEMPT_RECORDED)
        return True

    async def take_back(self, row: WorkRow, due_at: int) -> None:
        """A recorded attempt that was never sent: due again, under the same key."""
        row.attempts -= 1
        row.state, row.due_at = WorkState.DUE, due_at
        await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    async def carry_out(self, row: WorkRow, budget: Budget, slot: ExitStack) -> None:
        """Send a prepared call and deal with whatever comes of it. Leaves `slot` as soon as the vendor is done."""
        call = self._calls[row.kind]
        if isinstance(call, KeyedCall) and row.doubtful and not self._key_is_young(row, call):
            await self.in_doubt(row, KEY_TOO_OLD)
            return
        try:
            # The vendor's slot is free as soon as it has answered; what follows is ours.
            with (
                slot,
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
            await self.in_doubt(row, str(error) or f"no answer within {call.deadline_seconds:g} s")
        except Exception as error:  # a bug in a call must not be taken for "nothing happened"
            self._count(row, "failed")
            log.exception("work.call_failed", kind=row.kind, aggregate_id=row.key)
            await self.in_doubt(row, f"{type(error).__name__} in our own code")
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
                return await call.send({**row.payload, **row.sealed}), False
            case ReadCall() | NaturalKeyCall() | NeverRepeatCall():
                return await call.send({**row.payload, **row.sealed}), False
            case _:
                raise TypeError(f"{type(call).__name__} has no call class")

    async def _unclaimed(self, row: WorkRow, call: KeyedCall | LookFirstCall, since: Any) -> list[Any]:
        effects = await call.look_up(row.payload, since)
        if not effects:
            return []
        ids = [effect.vendor_id for effect in effects]
        taken = await self._store.read(lambda connection: call.claimed(connection, row.key, row.payload, ids))
        return [effect for effect in effects if effect.vendor_id not in taken]

    # What became of it

    async def _not_taken(self, row: WorkRow, error: VendorUnavailable, budget: Budget) -> None:
        """A definite no to this attempt: nothing happened."""
        self._heed(error, budget)
        if error.status is None and budget.paused_until is not None and budget.paused_until > self._clock.now():
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

    def _heed(self, error: VendorUnavailable, budget: Budget) -> None:
        """The vendor wants fewer calls, or cannot be reached at all: that concerns every call in this budget."""
        if error.status == 429:
            budget.pause(self._clock.now() + timedelta(seconds=error.retry_after_seconds or 60))
        if error.status is None:
            budget.not_reached()

    async def in_doubt(self, row: WorkRow, reason: str) -> None:
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
        first_attempt_at, now = from_micros(row.key_attempted_at or 0), self._clock.now()
        if row.key_attempted_monotonic is not None:
            # A wall clock can be set back; the age of a key never goes down.
            now = max(now, first_attempt_at + timedelta(seconds=time.monotonic() - row.key_attempted_monotonic))
        elif now < first_attempt_at:
            return False
        return resend.key_is_young(
            first_attempt_at,
            now,
            key_life=call.key_life,
            deadline=timedelta(seconds=call.deadline_seconds),
        )

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
            row.state, row.sealed = WorkState.ANSWERED, {}
        outcome = {
            "work_id": row.id,
            "result": result.value,
            "payload": row.payload,
            "answer": answer or {},
            "reason": clean_text(reason),
            "found": found,
            "was_unknown": row.unknown_since is not None and result is not Result.UNKNOWN,
            "ended": ended,
        }
        message = InboxRow(
            source=INTERNAL,
            # A polled row counts its tries anew each time, so the moment belongs to the name.
            message_id=f"{row.id}:{row.attempted_at or 0}:{row.attempts}:{result.value}",
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

    async def look_up(self, row: WorkRow, budget: Budget) -> None:
        """Ask the vendor whether an unknown attempt happened."""
        call = self._calls[row.kind]
        assert isinstance(call, KeyedCall)  # noqa: S101 - only keyed rows become UNKNOWN
        last_attempt_at = from_micros(row.attempted_at or 0)
        try:
            async with asyncio.timeout(call.deadline_seconds):
                effects = await self._unclaimed(row, call, from_micros(row.first_attempted_at or 0))
        except (VendorRejected, VendorUnavailable, OutcomeUnknown, TimeoutError) as error:
            self._count(row, "look-up failed")
            log.warning("work.look_up_failed", kind=row.kind, aggregate_id=row.key, error=str(error))
            if isinstance(error, VendorUnavailable):
                self._heed(error, budget)
            effects = None
        except Exception:  # a bug in one call's look-up proves nothing, and must not end everybody's service
            self._count(row, "look-up failed")
            log.exception("work.look_up_failed", kind=row.kind, aggregate_id=row.key)
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
