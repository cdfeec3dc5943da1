"""The polling benchmark at a small size: its clock is virtual, so its figures are exact and may be asserted."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bankrails_bench import polling


async def test_following_payments_takes_few_calls_meets_no_limit_and_tells_every_change_within_the_hour():
    """What the full size shows for ten thousand payments over sixty days."""
    figures = await polling.run(polling.QUICK)
    assert (figures.too_many_requests, figures.untold, figures.doubled) == (0, [], 0)
    assert len(figures.minutes) > polling.QUICK.payments / 3
    assert figures.minutes_max <= 60
    assert figures.calls_in_an_hour_max <= 600
    assert figures.fewer >= 50
