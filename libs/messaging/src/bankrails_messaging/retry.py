"""Retries are rows with a due time: exponential, with full jitter, bounded."""

import random
from datetime import timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)
ATTEMPTS_MAX = 20
"""With these delays about an hour of trying; an outage that the budget has noticed spends none of them."""


def delay_after(attempts: int, rng: random.Random) -> timedelta:
    """How long to wait after the given number of attempts (>= 1): between 0 and the exponential bound, evenly.

    Full jitter spreads the callers that one outage has brought into step.
    """
    bound_seconds = min(FIRST.total_seconds() * 2.0 ** min(attempts - 1, 10), LONGEST.total_seconds())
    return timedelta(seconds=bound_seconds * rng.uniform(0.1, 1.0))
