from bankrails_telemetry.health import Healthy, Progress, Unhealthy, Verdict, holds, not_older_than


class Monotonic:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def healthy(verdict: Verdict) -> bool:
    return isinstance(verdict, Healthy)


def test_a_mark_is_healthy_until_it_is_too_old_and_says_what_its_absence_means() -> None:
    """The reason is what an operator reads at night: it must name what stopped, not which variable."""
    clock = Monotonic()
    progress = Progress(clock)
    check = progress.expect("dispatcher tick", max_age_seconds=10, reason="the dispatcher does not turn")
    progress.mark("dispatcher tick")
    clock.now += 10
    assert check() == Healthy(10.0)
    clock.now += 0.5
    assert check() == Unhealthy("the dispatcher does not turn: nothing for 10.5 s of 10 s allowed", 10.5)
    progress.mark("dispatcher tick")
    assert check() == Healthy(0.0)


def test_a_start_has_as_long_as_any_other_silence() -> None:
    """What never begins is as stuck as what stopped; and a probe must not kill it before it could begin."""
    clock = Monotonic()
    check = Progress(clock).expect("tick", max_age_seconds=10, reason="r")
    assert healthy(check())
    clock.now += 11
    assert not healthy(check())


def test_readiness_may_insist_on_a_first_time() -> None:
    """Ready means that it has worked, not that it may."""
    progress = Progress(Monotonic())
    check = progress.expect("first commit", max_age_seconds=10, reason="nothing stored", healthy_before_first=False)
    assert check() == Unhealthy("nothing stored: not yet", 0.0)
    progress.mark("first commit")
    assert healthy(check())


def test_idle_is_not_stuck() -> None:
    """Without this every quiet night would look like an outage, and the alert would be switched off."""
    clock = Monotonic()
    progress = Progress(clock)
    check = progress.expect("store commit", max_age_seconds=5, reason="r")
    progress.rest("store commit")
    clock.now += 3_600
    assert check() == Healthy(None)
    progress.owe("store commit")
    clock.now += 4
    assert check() == Healthy(4.0)
    progress.owe("store commit")  # more work does not make the first piece younger
    clock.now += 2
    assert not healthy(check())
    progress.mark("store commit")
    assert check() == Healthy(0.0)


def test_work_owed_before_anybody_expects_it_keeps_its_age() -> None:
    """Wiring order must not decide whether a stall is seen."""
    clock = Monotonic()
    progress = Progress(clock)
    progress.owe("store commit")
    clock.now += 9
    assert not healthy(progress.expect("store commit", max_age_seconds=5, reason="r")())


def test_an_age_kept_elsewhere_is_a_check_too() -> None:
    """The oldest due row knows better than any mark whether work is being done."""
    ages = iter([None, 5.0, 5.1])
    check = not_older_than(5, lambda: next(ages), "work is due and not done")
    assert check() == Healthy(None)
    assert check() == Healthy(5.0)
    assert check() == Unhealthy("work is due and not done: 5.1 s old, 5 s allowed", 5.1)


def test_a_plain_fact_is_a_check() -> None:
    """Assigned or not, draining or not."""
    assert holds(lambda: True, "r")() == Healthy()
    assert holds(lambda: False, "the intake has no partitions")() == Unhealthy("the intake has no partitions")


def test_who_has_had_no_work_yet_is_not_stuck() -> None:
    """A quiet service must not leave its orchestrator's sight half a minute after its start."""
    now = [0.0]
    progress = Progress(lambda: now[0])
    check = progress.expect("commit", max_age_seconds=30, reason="the store takes nothing", once_owed=True)
    now[0] = 1_000.0
    assert isinstance(check(), Healthy)
    progress.owe("commit")
    now[0] = 1_031.0
    assert isinstance(check(), Unhealthy)
