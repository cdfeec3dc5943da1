"""Whether an attempt without a usable answer happened: the vendor's own list is asked, as often as resend.py says."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from bankrails_clock.port import Clock
from bankrails_vendor_http.allowance import Allowance
from bankrails_vendor_http.budget import Budget
from bankrails_vendor_http.errors import BudgetSpent, OutcomeUnknown, VendorRejected, VendorUnavailable

from bankrails_messaging import resend
from bankrails_messaging.calls import Effect, KeyedCall, LookFirstCall, VendorCall
from bankrails_messaging.decisions import Result
from bankrails_messaging.delivery import Delivery
from bankrails_messaging.metrics import MessagingMetrics
from bankrails_messaging.rows import Changes, from_micros, to_micros
from bankrails_messaging.store import Store
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_messaging.writer import GroupWriter

log = structlog.get_logger()


class LookUps:
    def __init__(
        self,
        store: Store,
        writer: GroupWriter,
        clock: Clock,
        calls: Mapping[str, VendorCall],
        metrics: MessagingMetrics,
        delivery: Delivery,
        schedule: Callable[[WorkRow], None],
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._calls = calls
        self._metrics = metrics
        self._delivery = delivery
        self._schedule = schedule

    async def unclaimed(self, row: WorkRow, call: KeyedCall | LookFirstCall, since: datetime | None) -> list[Effect]:
        """What the vendor shows that this call may have made, and that stands for nothing else of ours."""
        effects = await call.look_up(row.payload, since)
        if not effects:
            return []
        ids = [effect.vendor_id for effect in effects]
        taken = await self._store.read(lambda connection: call.claimed(connection, row.key, row.payload, ids))
        return [effect for effect in effects if effect.vendor_id not in taken]

    async def look_up(self, row: WorkRow, budget: Budget, allowance: Allowance) -> None:
        """Ask the vendor whether an unknown attempt happened."""
        call = self._calls[row.kind]
        assert isinstance(call, KeyedCall)  # noqa: S101 - only keyed rows become UNKNOWN
        # A look-up of many pages may wait for the budget; what it proves, it proves of the moment it began.
        last_attempt_at, now = from_micros(row.attempted_at or 0), self._clock.now()
        try:
            async with asyncio.timeout(call.deadline_seconds) as limit:
                with allowance.granted(limit, waits=True):
                    effects = await self.unclaimed(row, call, from_micros(row.first_attempted_at or 0))
        except (VendorRejected, VendorUnavailable, OutcomeUnknown, TimeoutError) as error:
            self._count(row, "look-up failed")
            log.warning("work.look_up_failed", kind=row.kind, aggregate_id=row.key, error=str(error))
            if isinstance(error, VendorUnavailable):
                heed(error, budget, self._clock.now())
            effects = None
        except Exception:  # a bug in one call's look-up proves nothing, and must not end everybody's service
            self._count(row, "look-up failed")
            log.exception("work.look_up_failed", kind=row.kind, aggregate_id=row.key)
            effects = None
        if effects is not None and len(effects) == 1:
            self._count(row, "found")
            await self._delivery.deliver(row, Result.ANSWERED, answer=effects[0].answer, found=True)
            return
        if effects:
            self._count(row, "ambiguous")
            candidates = [effect.vendor_id for effect in effects]
            await self._ask_operator(row, f"{len(effects)} effects at the vendor could be this one", candidates)
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
            row.due_at = to_micros(self._clock.now())
        else:
            row.due_at = to_micros(resend.next_look_up(last_attempt_at, row.attempts, self._clock.now()))
        await self._writer.commit(Changes(work_changed=[row]))
        self._schedule(row)

    async def _ask_operator(self, row: WorkRow, reason: str, candidates: Sequence[str] = ()) -> None:
        row.state = WorkState.OPERATOR
        answer = {"candidates": list(candidates)}
        await self._delivery.deliver(row, Result.AMBIGUOUS, answer=answer, reason=reason, ended=False)

    def _count(self, row: WorkRow, outcome: str) -> None:
        self._metrics.calls.labels(row.kind, outcome).inc()


def heed(error: VendorUnavailable, budget: Budget, now: datetime) -> None:
    """The vendor wants fewer calls, or cannot be reached at all: that concerns every call in this budget."""
    if isinstance(error, BudgetSpent):
        return  # our own no, not the vendor's
    if error.status == 429:
        budget.pause(now + timedelta(seconds=error.retry_after_seconds or 60))
    if error.status is None:
        budget.not_reached()
