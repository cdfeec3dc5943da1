"""What is looked at again in the commit that records an attempt."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_clock.port import Clock
from bankrails_messaging.store import Recheck
from bankrails_messaging.work import RECHECK_STANDS
from bankrails_messaging.work_row import WorkRow
from sqlalchemy import Connection

from auth_service.domain.vendors import BY_VENDOR, Call

TOO_LATE = "it could not be sent in time, and was dropped"


def before_login(clock: Clock) -> Recheck:
    """Stops what a person typed too long ago. What is in doubt goes on: by then its call looks up, and sends nothing."""

    def recheck(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        leaves_by = clock.now() + RECHECK_STANDS
        late = [row for row in rows if datetime.fromisoformat(row.payload["not_after"]) < leaves_by]
        return {row.id: TOO_LATE for row in late if not row.doubtful}

    return recheck


def rechecks(clock: Clock) -> dict[str, Recheck]:
    """By work kind."""
    return {
        traits.kind(call): before_login(clock) for traits in BY_VENDOR.values() for call in (Call.START, Call.ANSWER)
    }
