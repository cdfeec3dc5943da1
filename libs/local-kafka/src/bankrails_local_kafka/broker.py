"""Which broker the project runs against: the one named from outside, a real one of our own, or the stand-in."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .errors import JarsUnavailable
from .memory import MemoryCluster
from .node import KafkaNode

# One line, in terms of what the reader will miss.
STAND_IN = (
    "librdkafka's in-memory cluster stands in for Kafka ({reason}): nothing survives its restart, "
    "a group has one member, a partition keeps its newest 5 MB."
)


class Choice(StrEnum):
    """The values of BANKRAILS_KAFKA; unset means a real broker if its jars can be had, else the one in memory."""

    REAL = "real"
    MEMORY = "memory"


@dataclass(frozen=True)
class Broker:
    """`durable`: records and committed offsets survive the broker's restart. `pid` is None when it is not ours."""

    bootstrap_servers: str
    durable: bool
    pid: int | None


@contextmanager
def open_broker(data_dir: Path, topics: Mapping[str, int] | None = None) -> Iterator[Broker]:
    """A broker that answers, stopped at the end if we started it.

    KAFKA_BOOTSTRAP_SERVERS names one that is not ours. Without it, a KafkaNode on `data_dir`; where the pinned jars
    cannot be had, a MemoryCluster and one line about it on standard error. `topics` (name to partition count) are
    created on the latter alone, which has no CreateTopics; a real broker gets its topics, with retention and
    compaction, from whoever owns the catalogue.

    Raises what KafkaNode.start raises, JarsUnavailable only when BANKRAILS_KAFKA asks for a real one; ValueError when
    that variable holds an unknown word.
    """
    if address := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield Broker(address, durable=True, pid=None)
        return
    cluster = start_cluster(data_dir, topics or {})
    try:
        yield Broker(cluster.bootstrap_servers, durable=isinstance(cluster, KafkaNode), pid=cluster.pid)
    finally:
        cluster.stop()


def start_cluster(data_dir: Path, topics: Mapping[str, int]) -> KafkaNode | MemoryCluster:
    """The started cluster behind `open_broker`, for whoever has to watch or kill it."""
    choice = Choice(word) if (word := os.environ.get("BANKRAILS_KAFKA")) else None
    if choice is Choice.MEMORY:
        return _stand_in("BANKRAILS_KAFKA=memory", topics)
    node = KafkaNode(data_dir)
    try:
        node.start()
    except JarsUnavailable as missing:
        if choice is Choice.REAL:
            raise
        return _stand_in(str(missing), topics)
    return node


def _stand_in(reason: str, topics: Mapping[str, int]) -> MemoryCluster:
    print(STAND_IN.format(reason=reason), file=sys.stderr, flush=True)
    cluster = MemoryCluster()
    cluster.start()
    try:
        for name, partitions in topics.items():
            cluster.create_topic(name, partitions)
    except BaseException:
        cluster.stop()
        raise
    return cluster
