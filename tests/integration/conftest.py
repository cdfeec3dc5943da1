"""One service as a process, a real broker, a real database, the vendor's sandbox over HTTP."""

from collections.abc import Iterator

import pytest
from bankrails_sandbox import SandboxProcess
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.databases import SqliteDatabases
from bankrails_testkit.fixtures import *  # noqa: F403 - the fixtures of every tier that starts processes
from bankrails_testkit.house import House, open_house


@pytest.fixture(scope="module")
def shared_house(
    cluster: Cluster,
    sandbox_process: SandboxProcess,
    sqlite_databases: SqliteDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    database_url = sqlite_databases.fresh(cluster.ends())
    with open_house(cluster, sandbox_process, database_url, tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def house(shared_house: House) -> House:
    """One service for a module's tests; each uses ids and amounts of its own, and meets no fault of another."""
    shared_house.sandbox.control.clear_faults()
    return shared_house
