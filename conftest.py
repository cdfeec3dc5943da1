"""What holds for every tier: how the tests are spread when several workers run them."""

from contextlib import suppress
from typing import Any

import pytest
from bankrails_local_kafka.errors import JarMismatch, JarsUnavailable
from bankrails_local_kafka.jars import verified_jars
from bankrails_local_kafka.pins import read_lock
from bankrails_testkit.spreading import UnitScheduling, slow_first


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Kafka is fetched here, once, and not by several workers at a time; what misses it says so itself."""
    if session.config.getoption("numprocesses", None):
        with suppress(JarMismatch, JarsUnavailable):
            verified_jars(read_lock())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        slow_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> UnitScheduling:
    return UnitScheduling(config, log)
