from pathlib import Path

import pytest
from bankrails_testkit.spreading import CUT, ONE_SUITE, SLOW_FIRST, unit_of

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("path", [*SLOW_FIRST, *CUT, *ONE_SUITE])
def test_what_is_named_is_there(path: str) -> None:
    """A file that was renamed would lose its place without a word."""
    assert (ROOT / path).exists()


def test_the_tests_of_a_file_share_what_they_start() -> None:
    one, other = (unit_of(f"tests/integration/test_story.py::{name}", named_broker=False) for name in ("a", "b[x-1]"))
    assert one == other != unit_of("tests/integration/test_auth.py::a", named_broker=False)


def test_demonstrations_are_spread_one_by_one() -> None:
    """Each starts a suite of its own; on one worker they would outlast everything else."""
    assert len({unit_of(f"{CUT[0]}::{name}", named_broker=False) for name in ("a", "b", "c[1]")}) == 3


def test_whoever_looks_at_the_told_suite_is_together() -> None:
    """Else it would be started, and told its story, on two workers."""
    assert len({unit_of(f"{path}::a", named_broker=False) for path in ONE_SUITE}) == 1
    files = (ROOT / "tests" / "e2e").glob("test_*.py")
    assert {str(path.relative_to(ROOT)) for path in files if "told: Performance" in path.read_text()} == {*ONE_SUITE}


def test_on_a_broker_from_outside_one_worker_has_all_that_needs_it() -> None:
    """Its topics are the same for all workers, and services of two would answer each other's commands."""
    paths = ("tests/e2e/test_demo.py::a", "tests/integration/test_story.py::b", "tests/chaos/test_chaos.py::c")
    assert len({unit_of(path, named_broker=True) for path in paths}) == 1
    assert unit_of("contracts/tests/test_ids.py::a", named_broker=True) == "contracts/tests/test_ids.py"
