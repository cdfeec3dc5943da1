"""What is measured, in one form: something that reads commands from a topic and writes approvals to another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bankrails_contracts.message import Service
from bankrails_contracts.topics import Channel, topic_name
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bankrails_bench import load, seed
from bankrails_bench.processes import Child
from bankrails_bench.variants import OURS, PARTITIONS, TERMS, Variant


class Contestant(Protocol):
    """Made with `create`, which is called once; then started many times."""

    @property
    def bootstrap_servers(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def semantics(self) -> str: ...
    @property
    def partition_bound(self) -> bool:
        """At most one call a partition in flight, so partitions / vendor time is its ceiling."""
        ...

    @property
    def commands(self) -> str:
        """Topic."""
        ...

    @property
    def events(self) -> str:
        """Topic."""
        ...

    def start(self, in_flight: int) -> tuple[Child, float]:
        """The process, reading, and its seconds from start to ready."""
        ...


@dataclass(frozen=True)
class PaymentsService:
    """payments-service on SQLite, its quotas opened up. One database, seeded once; started many times."""

    folder: Path
    bootstrap_servers: str
    vendor_url: str

    label = "payments-service"
    semantics = OURS
    partition_bound = False
    commands = topic_name(Service.PAYMENTS, Channel.COMMANDS)
    events = topic_name(Service.PAYMENTS, Channel.EVENTS)

    def create(self) -> "PaymentsService":
        self.folder.mkdir()
        seed.seed_store(self.folder / "payments.db")
        seed.write_merchants(self.folder / "merchants.json")
        return self

    def start(self, in_flight: int) -> tuple[Child, float]:
        ready_file = self.folder / "ready.json"
        ready_file.unlink(missing_ok=True)
        environment = {
            "PAYMENTS_KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "PAYMENTS_DATABASE_URL": f"sqlite:///{self.folder}/payments.db",
            "PAYMENTS_HELCIM_URL": self.vendor_url,
            "PAYMENTS_MERCHANTS_FILE": f"{self.folder}/merchants.json",
            "PAYMENTS_SEALING_KEYS_FILE": f"{self.folder}/sealing-keys.json",
            "PAYMENTS_VAULT_FILE": f"{self.folder}/vault.json",
            "PAYMENTS_HELCIM_SHARE": "1.0",
            "PAYMENTS_HELCIM_IN_FLIGHT": str(max(1, in_flight // load.MERCHANTS)),
            "PAYMENTS_HELCIM_PER_MINUTE": "1000000",
            "PAYMENTS_HELCIM_PER_HOUR": "10000000",
            "PAYMENTS_OPS_PORT": "0",
            "PAYMENTS_READY_FILE": str(ready_file),
            "PAYMENTS_LOG_LEVEL": "WARNING",
        }
        return _started(Child("payments_service", [], self.folder / "log", environment), ready_file)


@dataclass(frozen=True)
class Baseline:
    """One plain FastStream handler (variants.py), with topics and a database of its own."""

    variant: Variant
    folder: Path
    bootstrap_servers: str
    vendor_url: str

    @property
    def label(self) -> str:
        return TERMS[self.variant].label

    @property
    def semantics(self) -> str:
        return TERMS[self.variant].semantics

    @property
    def partition_bound(self) -> bool:
        return TERMS[self.variant].partition_bound

    @property
    def commands(self) -> str:
        return f"{self.folder.name}.commands"

    @property
    def events(self) -> str:
        return f"{self.folder.name}.events"

    def create(self) -> "Baseline":
        self.folder.mkdir()
        admin = AdminClient({"bootstrap.servers": self.bootstrap_servers})
        topics = [NewTopic(name, PARTITIONS, 1) for name in (self.commands, self.events)]
        for done in admin.create_topics(topics).values():
            done.result(30)
        return self

    def start(self, in_flight: int) -> tuple[Child, float]:
        ready_file = self.folder / "ready"
        ready_file.unlink(missing_ok=True)
        arguments = {
            "variant": self.variant.value,
            "bootstrap-servers": self.bootstrap_servers,
            "commands": self.commands,
            "events": self.events,
            "url": self.vendor_url,
            "in-flight": str(in_flight),
            "database": str(self.folder / "payments.db"),
            "ready-file": str(ready_file),
        }
        words = [f"--{name}={value}" for name, value in arguments.items()]
        return _started(Child("bankrails_bench.baseline", words, self.folder / "log"), ready_file)


def _started(child: Child, ready_file: Path) -> tuple[Child, float]:
    try:
        return child, child.await_file(ready_file)
    except BaseException:
        child.stop()
        raise
