"""What can keep a local broker from starting.

LocalKafkaError
├── JarsUnavailable   the pinned artifacts cannot be fetched; the in-memory cluster may stand in
├── JarMismatch       a file is not the one pinned; nothing may stand in, somebody has to look
├── JavaMissing       no Java 17 or later runs here
└── BrokerFailed      the process ended or did not answer in time; carries the end of its log
"""

from pathlib import Path


class LocalKafkaError(RuntimeError):
    """Base of everything this library raises on purpose; its text is one line fit for a terminal."""


class JarsUnavailable(LocalKafkaError):
    """At least one pinned artifact is neither cached nor to be had; `__cause__` tells it at length."""

    def __init__(self, coordinate: str, why: str) -> None:
        super().__init__(f"{coordinate} is not cached and cannot be fetched: {why}")
        self.coordinate = coordinate


class JarMismatch(LocalKafkaError):
    """A file's sha256 is not the one in jars.lock."""

    def __init__(self, path: Path, *, expected: str, actual: str) -> None:
        super().__init__(
            f"{path} is not the pinned file: sha256 {actual}, jars.lock has {expected}; Kafka is not started. "
            "Find out why, or delete the file to fetch it again."
        )
        self.path = path


class JavaMissing(LocalKafkaError):
    """Neither the wheel's Java nor the system's runs here, or none is new enough."""


class BrokerFailed(LocalKafkaError):
    """The broker's process ended early or stayed silent; `log_tail` holds its last lines."""

    def __init__(self, what: str, log_tail: str = "") -> None:
        super().__init__(f"{what}\n{log_tail}".rstrip())
        self.log_tail = log_tail
