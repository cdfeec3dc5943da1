"""Standing calls at a start: each there once, and none left over."""

from bankrails_messaging.decisions import Standing
from bankrails_messaging.standing import stand
from bankrails_messaging.work_row import WorkRow

NOW = 1_000
SWEEPS = [Standing("sweep", merchant, {"merchant_id": merchant}, f"vendor/{merchant}") for merchant in ("a", "b")]


def row(kind: str, key: str) -> WorkRow:
    return WorkRow(f"{kind}-{key}", key, kind, {}, f"vendor/{key}", 3, "cause", "correlation", 0)


def has_budget(name: str) -> bool:
    return name in {"vendor/a", "vendor/b"}


def test_the_first_start_makes_each_once() -> None:
    changes = stand(SWEEPS, [], {"sweep"}, has_budget, NOW)
    assert [(made.kind, made.key, made.due_at) for made in changes.work_added] == [
        ("sweep", "a", NOW),
        ("sweep", "b", NOW),
    ]
    assert changes.work_ended == []


def test_a_restart_makes_no_second_one() -> None:
    """Two sweeps of one merchant would spend its quota twice, for ever."""
    changes = stand(SWEEPS, [row("sweep", "a"), row("sweep", "b")], {"sweep"}, has_budget, NOW)
    assert (changes.work_added, changes.work_ended) == ([], [])


def test_what_is_configured_no_longer_ends_quietly() -> None:
    """Also the last of its kind: nobody waits for it, so it must not stop the start for ever."""
    gone = [row("sweep", "gone"), row("look", "gone")]
    changes = stand(SWEEPS, [row("sweep", "a"), row("sweep", "b"), *gone], {"sweep", "look"}, has_budget, NOW)
    assert changes.work_ended == ["sweep-gone", "look-gone"]
    assert stand([], gone, {"sweep", "look"}, has_budget, NOW).work_ended == ["sweep-gone", "look-gone"]


def test_what_somebody_asked_for_is_never_ended() -> None:
    """Its command has no answer yet."""
    assert stand(SWEEPS, [row("withdraw", "gone")], {"sweep"}, has_budget, NOW).work_ended == []
