"""`--seed` and `--payments`; the rest is as in the integration tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bankrails_sandbox import SandboxProcess
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.fixtures import *  # noqa: F403 - the fixtures of every tier that starts processes
from bankrails_testkit.house import House, open_house

SEED, PAYMENTS = 1, 30
"""The short run of `make test`; `make chaos` takes both from its command line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=SEED, help="of the chaos run; the same seed plans the same troubles")
    parser.addoption("--payments", type=int, default=PAYMENTS, help="how many payments the chaos run collects")


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    # With no path on the command line this file is read after the options are parsed.
    return int(pytestconfig.getoption("seed", SEED))


@pytest.fixture
def payments_count(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("payments", PAYMENTS))


@pytest.fixture
def stormy_house(cluster: Cluster, sandbox: SandboxProcess, fresh_sqlite: str, tmp_path: Path) -> Iterator[House]:
    with open_house(cluster, sandbox, fresh_sqlite, tmp_path) as house:
        yield house
