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
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import structlog
from bankrails_clock.port import Clock
from bankrails_telemetry.tracing import span
from bankrails_vendor_http.allowance import Allowance
from bankrails_vendor_http.budget import Budget
from bankrails_vendor_http.errors import (
    BudgetSpent,
    NotPermitted,
    OutcomeUnknown,
    TokenRejected,
    VendorRejected,
    VendorUnavailable,
)
from opentelemetry.trace import SpanKind

from bankrails_messaging import resend, retry
from bankrails_messaging.calls import (
    KeyedCall,
    LookFirstCall,
    NaturalKeyCall,
    NeverRepeatCall,
    ReadCall,
    Unconfirmed,
    VendorCall,
)
from bankrails_messaging.decisions import Result
from bankrails_messaging.delivery import Delivery
from bankrails_messaging.holds import Holds
from bankrails_messaging.look_ups import LookUps, heed
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, from_micros, to_micros
from bankrails_messaging.stops import Probe, Stop
from bankrails_messaging.store import Store, StoreConflict
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_messaging.writer import GroupWriter

PAUSED_AGAIN = timedelta(minutes=1)
"""When to ask again about a pause that the store knows and this process does not."""
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
        holds: Holds,
        *,
        probe: Probe,
        rng: random.Random,
    ) -> None:
        """`schedule` takes a row that is DUE or UNKNOWN and durable as such."""
        self._writer = writer
        self._clock = clock
        self._calls: Mapping[str, VendorCall] = {call.kind: call for call in calls}
        self._metrics = metrics
        self._schedule = schedule
        self._holds = holds
        self._probe = probe
        self._delivery = Delivery(writer, clock, probe)
        self._rng = rng
        self._look_ups = LookUps(store, writer, clock, self._calls, metrics, self._delivery, schedule)
        self.look_up = self._look_ups.look_up

    async def record(self, row: WorkRow) -> bool:
        """Commit the attempt, before anything is sent. False when the recheck stopped it, or a twin got there first."""
        call, before = self._calls[row.kind], replace(row)
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
        if row.deferred:
            await self._defer(row, before)
            return False
        if row.withdrawn is not None:
            self._metrics.withdrawn.labels(row.kind).inc()
            if row.doubtful and isinstance(call, KeyedCall):
                # Nothing more goes out, yet an earlier attempt may have happened: nobody is told "refused" before a look.
                row.attempts, row.attempted_at = row.attempts - 1, last_attempt_at
                await self._to_look_up(row, f"not sent again: {row.withdrawn}")
            else:
                await self._delivery.deliver(row, Result.WITHDRAWN, reason=row.withdrawn)
            return False
        self._probe(Stop.ATTEMPT_RECORDED)
        return True

    async def _defer(self, row: WorkRow, before: WorkRow) -> None:
        """The pause was there when the attempt was to be recorded, so none was: the row is as it was."""
        for item in fields(WorkRow):
            setattr(row, item.name, getattr(before, item.name))
        row.deferred = False
        if row.doubtful:
            await self._to_look_up(row, "not sent again: the merchant is paused")
            return
        known = self._holds.keeps(row, self._calls[row.kind])
        await self._again(row, timedelta() if known else PAUSED_AGAIN, store=False)

    async def take_back(self, row: WorkRow, due_at: int) -> None:
        """A recorded attempt that was never sent: due again, under the same key."""
        row.attempts -= 1
        row.state, row.due_at = WorkState.DUE, due_at
        await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    async def carry_out(self, row: WorkRow, budget: Budget, slot: ExitStack, allowance: Allowance) -> None:
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
                async with asyncio.timeout(call.deadline_seconds) as limit:
                    with allowance.granted(limit, waits=not isinstance(call, KeyedCall)):
                        answer, found = await self._send(row, call)
        except VendorRejected as error:
            self._count(row, "rejected")
            if row.doubtful and isinstance(call, KeyedCall):
                # The no answers this attempt alone: an earlier one under the same key ended in silence.
                await self._to_look_up(row, f"a repeat was rejected: {error.reason}")
            else:
                # A look-first call in doubt that may not even look knows nothing of its earlier attempt.
                unseen = isinstance(error, NotPermitted) and row.doubtful and isinstance(call, LookFirstCall)
                result = Result.UNKNOWN if unseen else Result.REJECTED
                await self._delivery.deliver(
                    row, result, reason=error.reason, not_permitted=isinstance(error, NotPermitted)
                )
        except VendorUnavailable as error:
            self._count(row, "unavailable")
            if isinstance(call, KeyedCall) and allowance.went_on_after_a_write:
                await self.in_doubt(row, f"sent, and then: {error.reason}")
            else:
                await self._not_taken(row, error, budget)
        except (OutcomeUnknown, TimeoutError) as error:
            self._count(row, "unknown")
            if isinstance(call, KeyedCall) and _forgets_the_key(error):
                row.doubtful = True
                await self._to_look_up(row, str(error))
            else:
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
                await self._delivery.deliver(
                    row, Result.UNKNOWN, reason="it may have happened, and must not be repeated"
                )
            else:
                await self._delivery.deliver(row, Result.ANSWERED, answer=answer, found=found)

    async def _send(self, row: WorkRow, call: VendorCall) -> tuple[dict[str, Any] | None, bool]:
        """The answer, and whether it was found rather than made. None: in doubt, and not to be repeated."""
        match call:
            case KeyedCall():
                body = (row.request_body or "").encode()
                return await call.send(row.payload, body=body, idempotency_key=row.idempotency_key or ""), False
            case LookFirstCall():
                since = None if row.attempts == 1 else from_micros(row.first_attempted_at or 0)
                effects = await self._look_ups.unclaimed(row, call, since)
                if effects:
                    return effects[0].answer, True
                if row.doubtful and not call.repeatable:
                    return None, False
                return await call.send({**row.payload, **row.sealed}), False
            case ReadCall() | NaturalKeyCall() | NeverRepeatCall():
                return await call.send({**row.payload, **row.sealed}), False
            case _:
                raise TypeError(f"{type(call).__name__} has no call class")

    # What became of it

    async def _not_taken(self, row: WorkRow, error: VendorUnavailable, budget: Budget) -> None:
        """A definite no to this attempt: nothing happened."""
        heed(error, budget, self._clock.now())
        if isinstance(error, BudgetSpent):
            await self.take_back(row, to_micros(error.until))
            return
        if isinstance(error, TokenRejected):
            await self._wait_for_token(row)
            return
        if error.status is None and budget.paused_until is not None and budget.paused_until > self._clock.now():
            row.attempts -= 1  # an outage is not this row's failure
        keyed = isinstance(self._calls[row.kind], KeyedCall)
        if row.attempts >= retry.ATTEMPTS_MAX and not (keyed and row.doubtful):
            await self._delivery.deliver(row, Result.UNKNOWN if row.doubtful else Result.EXHAUSTED, reason=error.reason)
            return
        if not row.doubtful:
            # Every attempt under this key was a definite no, so the next may begin a new key without a look-up.
            _forget_key(row)
        await self._again(row, retry.delay_after(max(1, row.attempts), self._rng))

    async def _wait_for_token(self, row: WorkRow) -> None:
        """The vendor takes no call of this merchant's: no attempt of this row is spent on that."""
        if not row.doubtful:
            _forget_key(row)
        held = self._holds.keeps(row, self._calls[row.kind])
        await self.take_back(row, to_micros(self._clock.now() + (timedelta() if held else PAUSED_AGAIN)))

    async def in_doubt(self, row: WorkRow, reason: str) -> None:
        """An attempt without a usable answer, live or found after a crash: what its class allows."""
        call = self._calls[row.kind]
        row.doubtful = True
        match call:
            case ReadCall() | NaturalKeyCall() | LookFirstCall():
                if row.attempts >= retry.ATTEMPTS_MAX:
                    await self._delivery.deliver(row, Result.UNKNOWN, reason=reason)
                    return
                await self._again(row, retry.delay_after(max(1, row.attempts), self._rng))
            case NeverRepeatCall():
                await self._delivery.deliver(row, Result.UNKNOWN, reason=reason)
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
            await self._delivery.deliver(row, Result.UNKNOWN, reason=reason, ended=False)
        else:
            await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    def _key_is_young(self, row: WorkRow, call: KeyedCall) -> bool:
        deadline = timedelta(seconds=call.deadline_seconds)
        return resend.row_is_young(row, self._clock.now(), key_life=call.key_life, deadline=deadline)

    async def _again(self, row: WorkRow, delay: timedelta, *, store: bool = True) -> None:
        row.state = WorkState.DUE
        row.due_at = to_micros(self._clock.now() + delay)
        if store:
            await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    def _count(self, row: WorkRow, outcome: str) -> None:
        self._metrics.calls.labels(row.kind, outcome).inc()


def _forgets_the_key(error: Exception) -> bool:
    """Whether a repeat under the same key may be a second effect although the key is young.

    A vendor that keeps only successes under a key may have had the effect, and have answered that it failed.
    """
    return isinstance(error, Unconfirmed) or (isinstance(error, OutcomeUnknown) and (error.status or 0) >= 500)


def _forget_key(row: WorkRow) -> None:
    """Nothing happened under it, so it is not one of those that the vendor lost."""
    if row.idempotency_key is not None:
        row.idempotency_key = None
        row.keys_used -= 1
