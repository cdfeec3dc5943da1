"""The rule between a lost answer and a second debit, and the delays between tries."""

import random
from datetime import UTC, datetime, timedelta

from bankrails_messaging import resend, retry
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 3, 2, tzinfo=UTC)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=2))


@given(age=spans, life=spans, deadline=spans)
def test_a_key_is_never_sent_again_when_it_could_arrive_after_its_life(
    age: timedelta, life: timedelta, deadline: timedelta
) -> None:
    """A request sent now may arrive as late as its deadline, by a clock that is half a minute off."""
    young = resend.key_is_young(START, START + age, key_life=life, deadline=deadline)
    assert young == (age + deadline + timedelta(seconds=30) < life)


@given(since_attempt=spans, since_look=st.none() | spans)
def test_only_late_looks_a_minute_apart_prove_absence(since_attempt: timedelta, since_look: timedelta | None) -> None:
    """A quarter of an hour for a request under way, a minute for a list that lags."""
    now = START + since_attempt
    last = None if since_look is None else now - since_look
    counts = resend.counts_as_clean(START, last, now)
    assert counts == (
        since_attempt > timedelta(minutes=15) and (since_look is None or since_look >= timedelta(seconds=60))
    )


@given(since_attempt=spans, looks=st.integers(0, 1_000))
def test_the_next_look_is_never_now_nor_far(since_attempt: timedelta, looks: int) -> None:
    """A loop without a pause would spend the vendor's quota; a pause without an end would forget the payment."""
    now = START + since_attempt
    wait = resend.next_look_up(START, looks, now) - now
    assert timedelta(0) < wait <= timedelta(minutes=15, seconds=1)


def test_two_looks_are_needed() -> None:
    """One may have met the vendor's list at a bad moment."""
    assert resend.CLEAN_LOOK_UPS == 2


@given(attempts=st.integers(1, 10_000), seed=st.integers())
def test_delays_grow_and_stay_within_bounds(attempts: int, seed: int) -> None:
    """Never at once, never later than five minutes, however often it was tried."""
    delay = retry.delay_after(attempts, random.Random(seed))
    assert timedelta(seconds=0.1) <= delay <= retry.LONGEST
    assert delay <= timedelta(seconds=2 ** min(attempts - 1, 20))


def test_callers_that_failed_together_do_not_come_back_together() -> None:
    """Full jitter: an outage brings callers into step, and the vendor back to its knees."""
    rng = random.Random(1)
    delays = {retry.delay_after(8, rng) for _ in range(100)}
    assert len(delays) == 100
    assert max(delays) - min(delays) > timedelta(seconds=60)
