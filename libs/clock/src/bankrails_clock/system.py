"""The machine's own time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

# The wall clock may be stepped (NTP, a resumed laptop) while a timer, which counts monotonic seconds, does not notice.
# Looking again every minute bounds how late such a step is seen.
LOOK_AGAIN_SECONDS = 60.0


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, when: datetime | None, wake: asyncio.Event) -> None:
        if when is None:
            await wake.wait()
            return
        while not wake.is_set() and (remaining_seconds := (when - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(remaining_seconds, LOOK_AGAIN_SECONDS)):
                    await wake.wait()
