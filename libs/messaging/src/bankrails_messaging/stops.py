"""The stops of one message on its way, named so that a test can end the process at each of them."""

from collections.abc import Callable
from enum import StrEnum


class Stop(StrEnum):
    RECORDS_READ = "records-read"
    """Records fetched from Kafka, nothing stored."""
    RECORDS_STORED = "records-stored"
    """Stored in the inbox, offsets not yet committed to Kafka."""
    DECIDED = "decided"
    """Decided in memory, not committed."""
    DECISION_COMMITTED = "decision-committed"
    ATTEMPT_RECORDED = "attempt-recorded"
    """The attempt is in the store, nothing has been sent."""
    VENDOR_ANSWERED = "vendor-answered"
    """The vendor acted and answered, nothing of it is stored."""
    ANSWER_RECORDED = "answer-recorded"
    EVENTS_SENT = "events-sent"
    """Kafka acknowledged the events, the outbox still has them."""


Probe = Callable[[Stop], None]
"""Called at every stop. Production passes `unwatched`; only the test build passes one that can end the process."""


def unwatched(stop: Stop) -> None:
    pass
