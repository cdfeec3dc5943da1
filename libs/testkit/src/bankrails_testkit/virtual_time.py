"""Virtual time passed by a test: in steps until something is told, or to a time of the banks' day."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

from bankrails_sandbox import ControlClient

from bankrails_testkit.topic_reader import TopicReader
from bankrails_testkit.waiting import DEADLINE_SECONDS

EASTERN = ZoneInfo("America/Toronto")
"""Of the banks in both countries, and of both merchants."""
STEP_SECONDS = 30.0


async def pass_time(
    control: ControlClient,
    reader: TopicReader,
    reached: Callable[[], bool],
    what: str,
    step_seconds: float = STEP_SECONDS,
) -> None:
    """Until `reached`, which looks at what the reader has seen. Jumps: nobody is waited for."""
    ends_at = time.monotonic() + DEADLINE_SECONDS
    while not reached():
        if time.monotonic() > ends_at:
            raise AssertionError(f"did not come: {what}; came {[item.name for item in reader.seen]}")
        control.jump(seconds=step_seconds)
        await reader.read()


def next_at(now: datetime, hour: int, minute: int = 0) -> datetime:
    """The next time at which the banks' clocks show it."""
    local = now.astimezone(EASTERN)
    day = local.date()
    if local.time() >= wall_time(hour, minute):
        day += timedelta(days=1)
    return datetime.combine(day, wall_time(hour, minute), EASTERN).astimezone(UTC)
