"""What became of a vendor call, as a message of our own: stored with the end of the attempt, decided on next."""

from typing import Any

import orjson
from bankrails_clock.port import Clock
from bankrails_telemetry.redaction import clean_text

from bankrails_messaging.decisions import Result
from bankrails_messaging.rows import Changes, InboxRow, to_micros
from bankrails_messaging.sorting import INTERNAL
from bankrails_messaging.stops import Probe, Stop
from bankrails_messaging.work_row import WorkRow, WorkState
from bankrails_messaging.writer import GroupWriter


class Delivery:
    def __init__(self, writer: GroupWriter, clock: Clock, probe: Probe) -> None:
        self._writer = writer
        self._clock = clock
        self._probe = probe

    async def deliver(
        self,
        row: WorkRow,
        result: Result,
        *,
        answer: dict[str, Any] | None = None,
        reason: str = "",
        found: bool = False,
        not_permitted: bool = False,
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
            "not_permitted": not_permitted,
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
