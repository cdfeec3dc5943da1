"""Kafka as a part of the suite: a node of our own, the stand-in in memory, or one that somebody else runs."""

import os
import socket
from pathlib import Path

from bankrails_contracts.topics import Topic
from bankrails_local_kafka import BrokerFailed, KafkaNode, LocalKafkaError, MemoryCluster
from bankrails_local_kafka.broker import start_cluster

from bankrails_cli.errors import NotThere
from bankrails_cli.health import ASK_SECONDS, Condition, Health

VARIABLE = "KAFKA_BOOTSTRAP_SERVERS"


class KafkaPart:
    name = "kafka"
    restarts = 0
    """What Kafka holds is what the suite knows: it is not started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cluster: KafkaNode | MemoryCluster | None = None
        self.bootstrap_servers = ""

    @property
    def kind(self) -> str:
        match self._cluster:
            case KafkaNode():
                return "one node, KRaft"
            case MemoryCluster():
                return "in memory"
            case None:
                return f"from {VARIABLE}"

    @property
    def pid(self) -> int | None:
        return self._cluster.pid if self._cluster else None

    @property
    def log(self) -> Path | None:
        return self._cluster.layout.broker_log if isinstance(self._cluster, KafkaNode) else None

    def start(self, topics: tuple[Topic, ...]) -> None:
        """Returns when it answers. `topics` are made at once where they cannot be created later. Raises NotThere."""
        if address := os.environ.get(VARIABLE):
            self.bootstrap_servers = address
            return
        try:
            self._cluster = start_cluster(self._folder, {topic.name: topic.partitions for topic in topics})
        except BrokerFailed as error:  # its further lines are the log's
            raise NotThere(f"{str(error).splitlines()[0]}; see {self._folder / 'broker.log'}") from error
        except (LocalKafkaError, ValueError) as error:
            raise NotThere(str(error)) from error
        self.bootstrap_servers = self._cluster.bootstrap_servers

    def health(self) -> Health:
        if not self.bootstrap_servers:
            return Health(Condition.WAITING)
        if self._cluster is not None and not self._cluster.running:
            return Health(Condition.ENDED, self.bootstrap_servers, "\n".join(self.log_tail()) or "ended by itself")
        host, _, port = self.bootstrap_servers.split(",")[0].rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=ASK_SECONDS):
                return Health(Condition.READY, self.bootstrap_servers, self.kind)
        except (OSError, ValueError) as error:
            return Health(Condition.UNHEALTHY, self.bootstrap_servers, str(error))

    def log_tail(self) -> list[str]:
        return self._cluster.layout.log_tail().splitlines()[-5:] if isinstance(self._cluster, KafkaNode) else []

    def stop(self) -> None:
        """Harmless when not started, or not ours."""
        if cluster := self._cluster:
            self._cluster = None
            cluster.stop()
