"""One service without any other: its process, the vendors' sandbox, and the keys of the peer that it seals to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bankrails_contracts.message import Service
from bankrails_sandbox import SandboxProcess

from bankrails_testkit import virtual_time
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.databases import SqliteDatabases
from bankrails_testkit.peer_keys import Peer, open_peer
from bankrails_testkit.service_process import ServiceProcess, program_of
from bankrails_testkit.topic_reader import Received, TopicReader
from bankrails_testkit.virtual_time import STEP_SECONDS

PEER_SETTINGS = {Service.AUTH: "AUTH_ACCOUNTS_JWKS_URL", Service.ACCOUNTS: "ACCOUNTS_PAYMENTS_JWKS_URL"}


@dataclass(frozen=True)
class Alone:
    process: ServiceProcess
    sandbox: SandboxProcess
    peer: Peer

    def clear_faults(self) -> None:
        control = self.sandbox.control
        for vendor in (control, control.helium, control.mx, control.helix):
            vendor.clear_faults()

    async def pass_time(
        self, reader: TopicReader, reached: Callable[[], bool], what: str, step_seconds: float = STEP_SECONDS
    ) -> None:
        await virtual_time.pass_time(self.sandbox.control, reader, reached, what, step_seconds)

    async def first(
        self, reader: TopicReader, subject: str, *names: str, step_seconds: float = STEP_SECONDS
    ) -> Received:
        """The first event about the subject with one of these names; virtual time passes until it is told."""

        def told() -> list[Received]:
            return [item for item in reader.of(subject) if item.name in names]

        await self.pass_time(reader, lambda: bool(told()), f"{' or '.join(names)} of {subject}", step_seconds)
        return told()[0]


@contextmanager
def open_alone(
    service: Service,
    cluster: Cluster,
    sandbox: SandboxProcess,
    database_url: str,
    folder: Path,
) -> Iterator[Alone]:
    """The test build, not started; ended, and gone from the clock, on leaving."""
    with open_peer(folder / "peer-keys.json") as peer:
        peers = {PEER_SETTINGS[service]: peer.jwks_url} if service in PEER_SETTINGS else {}
        process = ServiceProcess(
            service,
            folder,
            bootstrap_servers=cluster.bootstrap_servers,
            database_url=database_url,
            sandbox=sandbox,
            settings=peers,
            can_crash=True,
        )
        with process:
            yield Alone(process, sandbox, peer)


@contextmanager
def alone_on_sqlite(service: Service, cluster: Cluster, sandbox: SandboxProcess, folder: Path) -> Iterator[Alone]:
    """On a fresh SQLite, its vendors' books empty; not started."""
    sandbox.control.reset()
    database_url = SqliteDatabases(folder, program_of(service).module).fresh(cluster.ends())
    with open_alone(service, cluster, sandbox, database_url, folder) as alone:
        yield alone
