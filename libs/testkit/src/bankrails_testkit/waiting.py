"""Waiting for a state, never for a number of seconds."""

import time
from collections.abc import Callable

DEADLINE_SECONDS = 60.0
"""Only a defect reaches it: what is waited for takes milliseconds, on a busy machine some seconds."""
LOOK_AGAIN_SECONDS = 0.02


def until(
    reached: Callable[[], object], what: str | Callable[[], str], deadline_seconds: float = DEADLINE_SECONDS
) -> None:
    """Returns when `reached` is true. Raises AssertionError with `what` did not come, asked for at that moment."""
    ends_at = time.monotonic() + deadline_seconds
    while not reached():
        if time.monotonic() > ends_at:
            raise AssertionError(f"within {deadline_seconds:g} s: {what() if callable(what) else what}")
        time.sleep(LOOK_AGAIN_SECONDS)
