"""A real Apache Kafka on one machine, with nothing installed but Python."""

from .node import KafkaNode

__all__ = ["KafkaNode"]
