"""A real Apache Kafka on one machine, with nothing installed but Python."""

from .broker import Broker, open_broker
from .errors import BrokerFailed, JarMismatch, JarsUnavailable, JavaMissing, LocalKafkaError
from .memory import MemoryCluster
from .node import BENCHMARK, BENCHMARK_HEAP_MB, QUICK_START, KafkaNode

__all__ = [
    "BENCHMARK",
    "BENCHMARK_HEAP_MB",
    "QUICK_START",
    "Broker",
    "BrokerFailed",
    "JarMismatch",
    "JarsUnavailable",
    "JavaMissing",
    "KafkaNode",
    "LocalKafkaError",
    "MemoryCluster",
    "open_broker",
]
