"""How a run on several workers (`pytest -n 3`) is cut: which tests stay together, and which go first.

Each worker has a broker, a PostgreSQL and sandboxes of its own, so that no test meets the records of another's. A file
stays whole, since its tests share a service or a database; what is slow goes first, so that the workers end together.
"""

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SLOW_FIRST = (
    "tests/chaos/",
    "tests/bench/test_quick.py",
    "tests/e2e/test_demo.py",
    "tests/e2e/test_canary.py",
    "tests/e2e/test_up.py",
    "tests/integration/",
    "libs/local-kafka/",
    "tests/e2e/",
)
"""The first are of different kinds: suites that start at the same moment would draw their ports beside each other. The
last leave a suite behind that costs something until the worker ends."""
CUT = ("tests/e2e/test_demo.py",)
"""Files whose tests share nothing."""
ONE_SUITE = ("tests/e2e/test_stories.py", "tests/e2e/test_plain_client.py")
"""Files that look at the suite of one fixture, which is told its story once."""
ACROSS = "tests/"
NAMED_BROKER = "KAFKA_BOOTSTRAP_SERVERS"
"""With a broker from outside all workers would meet on its topics."""


def unit_of(nodeid: str, *, named_broker: bool) -> str:
    """The tests of a unit run one after another on one worker."""
    file = nodeid.partition("::")[0]
    if named_broker and file.startswith(ACROSS):
        return ACROSS
    if file in ONE_SUITE:
        return ONE_SUITE[0]
    return nodeid if file in CUT else file


def slow_first(items: list[pytest.Item]) -> None:
    """In place; otherwise as collected."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((n for n, start in enumerate(SLOW_FIRST) if item.nodeid.startswith(start)), len(SLOW_FIRST))


class UnitScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Units in the order of their first tests; a worker that runs out takes the next."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._named_broker = NAMED_BROKER in os.environ

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid, named_broker=self._named_broker)
