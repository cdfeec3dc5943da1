"""When time may move on: all parties are idle, and no message is on its way from one to another.

One round of questions cannot tell, since a message may leave a party just after it was asked and reach another just
before. So two successive rounds must both find everybody idle, every record that was published read by whoever reads
that partition, and the same offsets in both. Then nothing was published between the first answer of the first round and the
first of the second, and everything published before has been read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bankrails_clock import IdleReport

Answers = Mapping[str, IdleReport | str]

# The first is about what a jump takes to reach a process on the same machine; the last does not weigh on a busy one.
FIRST_PAUSE_SECONDS = 0.002
LONGEST_PAUSE_SECONDS = 0.05
PAUSE_GROWS_BY = 1.5


class NotQuiet(Exception):
    """Patience ended. `parties` says of each that is in the way, why."""

    def __init__(self, since: datetime, parties: Mapping[str, str]) -> None:
        reasons = "; ".join(f"{name} {reason}" for name, reason in parties.items())
        super().__init__(f"time stands at {since.isoformat()}: {reasons}")
        self.parties = dict(parties)


async def wait_for_quiet(
    ask: Callable[[], Awaitable[Answers]], since: datetime, patience_seconds: float
) -> dict[str, IdleReport]:
    """The reports of the last round. `since` is what all clocks must have reached; patience is in real seconds.

    Raises NotQuiet.
    """
    deadline = time.monotonic() + patience_seconds
    pause_seconds = FIRST_PAUSE_SECONDS
    before: dict[str, object] | None = None
    while True:
        answers = await ask()
        restless = restless_parties(answers, since)
        reports = {name: answer for name, answer in answers.items() if isinstance(answer, IdleReport)}
        offsets: dict[str, object] = {name: (report.published, report.consumed) for name, report in reports.items()}
        if not restless and before == offsets:
            return reports
        if not reports and not restless:
            return {}
        if time.monotonic() > deadline:
            raise NotQuiet(since, restless or dict.fromkeys(reports, "still reads or publishes"))
        before = None if restless else offsets
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * PAUSE_GROWS_BY, LONGEST_PAUSE_SECONDS)


def restless_parties(answers: Answers, since: datetime) -> dict[str, str]:
    """Who is in the way according to one round, and why."""
    published: dict[str, tuple[int, str]] = {}
    for name, answer in answers.items():
        if isinstance(answer, IdleReport):
            for partition, offset in answer.published.items():
                published[partition] = max(published.get(partition, (0, "")), (offset, name))
    reasons = {name: _reason(answer, since, published) for name, answer in answers.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(answer: IdleReport | str, since: datetime, published: Mapping[str, tuple[int, str]]) -> str | None:
    if isinstance(answer, str):
        return answer
    if answer.now < since:
        return f"has not heard of it: its clock is at {answer.now.isoformat()}"
    if not answer.idle:
        return "is busy"
    if answer.next_due is not None and answer.next_due <= answer.now:
        return f"has yet to do what was due at {answer.next_due.isoformat()}"
    for partition, offset in answer.consumed.items():
        until, publisher = published.get(partition, (0, ""))
        if offset < until:
            return f"has read {partition} up to {offset}, {publisher} has published up to {until}"
    return None
