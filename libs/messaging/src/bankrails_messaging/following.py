"""What follows from verdicts, as one unit of work: what is saved and published, which work begins and which ends."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog

from bankrails_messaging.cases import Case, Reader
from bankrails_messaging.decisions import Decision, Outcome
from bankrails_messaging.enactment import Enactment
from bankrails_messaging.rows import Changes, to_micros
from bankrails_messaging.sorting import COMMAND, INTERNAL
from bankrails_messaging.work import WorkPool

log = structlog.get_logger()


class Following:
    def __init__(self, enactment: Enactment, pool: WorkPool, reader: Reader, parked: Mapping[str, str]) -> None:
        """`parked`: the dispatcher's, key → id of the message that parked it."""
        self._enactment = enactment
        self._pool = pool
        self._reader = reader
        self._parked = parked

    def changes(self, cases: Iterable[Case], now: datetime) -> Changes:
        """Everything that follows from the verdicts, as one unit of work."""
        changes = Changes()
        for case in cases:
            if case.bug is None:
                try:
                    changes.add(self._follow(case, now))
                except Exception as bug:  # parks its key and nobody else, as one in a decision does
                    case.bug = bug
            if case.bug is not None:
                self._park(case, now, changes)
        return changes

    def _follow(self, case: Case, now: datetime) -> Changes:
        """What one verdict means; without one the key is parked, and this message waits behind the parked one."""
        changes = Changes()
        row = case.row
        if case.told or case.verdict is None:
            self._park(case, now, changes)
            return changes
        self._enactment.enact(row, case.verdict, now, changes)
        if isinstance(case.verdict, Decision) and isinstance(case.message, Outcome):
            self._end_work(case.message, case.verdict, changes)
        if isinstance(case.verdict, Decision):
            changes.work_ended += self._ended_by(case.verdict, row.key)
        (changes.forgotten if row.kind == INTERNAL else changes.decided).append(row.seq or 0)
        return changes

    def _ended_by(self, decision: Decision, key: str) -> list[str]:
        key = key if decision.aggregate is None else decision.aggregate.id
        ended = self._pool.resting(key, decision.ends) if decision.ends else []
        return ended + [work_id for further in decision.also for work_id in self._ended_by(further, key)]

    def _end_work(self, outcome: Outcome, decision: Decision, changes: Changes) -> None:
        if decision.again_at is not None:
            again = self._pool.put_off(outcome.work_id, to_micros(decision.again_at), decision.again_payload)
            if again is not None:
                changes.work_put_off.append(again)
        elif outcome.ended:
            changes.work_ended.append(outcome.work_id)

    def _park(self, case: Case, now: datetime, changes: Changes) -> None:
        row = case.row
        behind = self._parked.get(row.key) if case.bug is None else None
        reason = type(case.bug).__name__ if case.bug is not None else f"waits behind {behind}"
        if case.bug is not None:
            log.error(
                "dispatcher.parked", aggregate_id=row.key, type=row.type, message_id=row.message_id, exc_info=case.bug
            )
        changes.parked.append((row.seq or 0, "parked" if case.bug is not None else "waiting", reason))
        if row.kind == COMMAND:
            self._enactment.park(row, row.type, reason, behind, now, changes)
        elif (asked_by := self._reader.asked_by(row)) is not None:
            self._enactment.park(row, asked_by.type, reason, behind, now, changes)
