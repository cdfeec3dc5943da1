"""pytest fixtures, imported by the conftest of each tier that wants them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from bankrails_local_kafka import KafkaNode
from bankrails_sandbox import SandboxProcess

from bankrails_testkit.cluster import Cluster, open_cluster
from bankrails_testkit.databases import PostgresDatabases, SqliteDatabases
from bankrails_testkit.payments_process import PaymentsProcess
from bankrails_testkit.postgres import NoPostgres, open_postgres
from bankrails_testkit.sender import Sender
from bankrails_testkit.shared import one_worker_at_a_time, opened_once
from bankrails_testkit.topic_reader import TopicReader

__all__ = [
    "cluster",
    "durable_node",
    "fresh_sqlite",
    "postgres_databases",
    "postgres_server",
    "reader",
    "sandbox",
    "sandbox_process",
    "sender",
    "sqlite_databases",
    "start_payments",
]


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """One broker for the run; ids and positions keep the tests apart."""
    return opened_once(pytestconfig, "cluster", lambda: open_cluster(tmp_path_factory.mktemp("kafka")))


@pytest.fixture
def durable_node(cluster: Cluster) -> Iterator[KafkaNode]:
    """The run's broker, for a test that ends it; running again afterwards."""
    if cluster.node is None:
        pytest.skip("needs a broker of our own that keeps its records across a restart; this run has none")
    yield cluster.node
    if not cluster.node.running:
        cluster.node.start()


@pytest.fixture(scope="session")
def sandbox_process(pytestconfig: pytest.Config) -> SandboxProcess:
    return opened_once(pytestconfig, "sandbox", SandboxProcess)


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """With empty books and no faults; its clock flows, and stands wherever earlier tests left it."""
    sandbox_process.control.reset()
    return sandbox_process


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    try:
        with one_worker_at_a_time(tmp_path_factory, "postgres"):  # the first start may unpack files, or add a user
            return opened_once(pytestconfig, "postgres", open_postgres)
    except NoPostgres as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres_databases(pytestconfig: pytest.Config, postgres_server: str) -> PostgresDatabases:
    return opened_once(pytestconfig, "postgres databases", lambda: nullcontext(PostgresDatabases(postgres_server)))


@pytest.fixture
def fresh_sqlite(sqlite_databases: SqliteDatabases, cluster: Cluster) -> str:
    return sqlite_databases.fresh(cluster.ends())


@pytest.fixture
def start_payments(
    cluster: Cluster, sandbox: SandboxProcess, tmp_path: Path
) -> Iterator[Callable[[str], PaymentsProcess]]:
    """`start_payments(database_url)`: a process that is ready, ended after the test."""
    started: list[PaymentsProcess] = []

    def start(database_url: str) -> PaymentsProcess:
        process = PaymentsProcess(
            tmp_path, bootstrap_servers=cluster.bootstrap_servers, database_url=database_url, sandbox=sandbox
        )
        started.append(process)
        return process.start()

    yield start
    for process in started:
        process.close()


@pytest.fixture
async def sender(cluster: Cluster) -> AsyncIterator[Sender]:
    async with Sender(cluster.bootstrap_servers) as opened:
        yield opened


@pytest.fixture
async def reader(cluster: Cluster) -> AsyncIterator[TopicReader]:
    async with TopicReader(cluster.bootstrap_servers) as opened:
        yield opened
