"""One real Kafka broker, its own controller, in a process of its own."""

import base64
import subprocess
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from .errors import BrokerFailed
from .jars import verified_jars
from .java import find_java
from .layout import Layout
from .leash import LeashedProcess
from .pins import read_lock

STOP_GRACE_SECONDS = 20  # a controlled shutdown takes under one; past twenty it hangs
FORMAT_TIMEOUT_SECONDS = 30  # takes about one
METADATA_TIMEOUT_SECONDS = 0.25  # short, so that a broker which ended while starting is noticed

# The first compiler alone: as quick to be ready as with both, with less memory and less of the processor that the
# services under test share.
QUICK_START = ("-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
# For figures: a server's collector, both compilers, and a processor count that does not depend on the machine.
BENCHMARK = ("-XX:+UseG1GC", "-XX:ActiveProcessorCount=2")
BENCHMARK_HEAP_MB = 1024


class KafkaNode:
    """A broker that keeps its records and its address in `data_dir` across `stop`, `kill` and `start`.

    What it acknowledged survives the end of its process; not that of the machine, since Kafka leaves it to the
    operating system when to write.
    """

    def __init__(self, data_dir: Path, *, heap_mb: int = 512, jvm_options: Sequence[str] = QUICK_START) -> None:
        self.layout = Layout(data_dir.resolve())
        self.heap_mb = heap_mb
        self.jvm_options = tuple(jvm_options)
        self._process: LeashedProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """`host:port`, the same for the life of the data directory."""
        return f"127.0.0.1:{self.layout.ports().broker}"

    @property
    def pid(self) -> int | None:
        """The broker's process, between `start` and `stop` or `kill`."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """False too when the broker ended by itself."""
        return self._process is not None and self._process.exit_status() is None

    def start(self, deadline_seconds: float = 45) -> None:
        """Returns when the broker answers a metadata request; the deadline does not count a first download.

        Raises JarsUnavailable, JarMismatch or JavaMissing before anything runs, and BrokerFailed, with the end of the
        log, when it ends or stays silent past the deadline; nothing is left running then.
        """
        if self.running:
            raise RuntimeError("this node is already started")
        self.kill()  # one that ended by itself still has its shell
        java = self._java_command()
        deadline = time.monotonic() + deadline_seconds
        self.layout.write_settings()
        if not self.layout.formatted:
            self._format(java)
        log_start_bytes = self.layout.log_bytes()
        self._process = LeashedProcess([*java, "kafka.Kafka", self.layout.properties], log=self.layout.broker_log)
        try:
            self._await_metadata(self._process, deadline, log_start_bytes)
        except BaseException:  # Ctrl-C too: whoever was not given a started node cannot stop it
            self.kill()
            raise

    def stop(self) -> None:
        """A controlled shutdown, forced after 20 s; the process is gone on return. Harmless when not started."""
        if process := self._process:
            self._process = None
            process.stop(grace_seconds=STOP_GRACE_SECONDS)

    def kill(self) -> None:
        """SIGKILL, as a crash would be; the process is gone on return. Harmless when not started."""
        if process := self._process:
            self._process = None
            process.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _java_command(self) -> list[str | Path]:
        jars = verified_jars(read_lock())
        java = find_java()
        return [
            java.path,
            f"-Xmx{self.heap_mb}m",
            *self.jvm_options,
            *java.quieting_options,
            f"-Dlog4j2.configurationFile={self.layout.log4j2}",
            "-cp",
            ":".join(map(str, jars)),
        ]

    def _format(self, java: list[str | Path]) -> None:
        # In one argument with its option: one cluster id in 64 begins with "-".
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(  # noqa: S603 (no shell, our own arguments)
            [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", self.layout.properties],
            capture_output=True,
            text=True,
            timeout=FORMAT_TIMEOUT_SECONDS,
        )
        if done.returncode:
            raise BrokerFailed("Kafka could not format its storage", done.stdout + done.stderr)

    def _await_metadata(self, process: LeashedProcess, deadline: float, log_start_bytes: int) -> None:
        admin = AdminClient(
            {
                "bootstrap.servers": self.bootstrap_servers,
                "log_level": 0,  # refused connections are expected here, and not worth a line each
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 100,
            }
        )
        while time.monotonic() < deadline:
            if (status := process.exit_status()) is not None:
                raise BrokerFailed(
                    f"Kafka ended while starting (status {status})", self.layout.log_tail(log_start_bytes)
                )
            with suppress(KafkaException):
                if admin.list_topics(timeout=METADATA_TIMEOUT_SECONDS).brokers:
                    return
        raise BrokerFailed("Kafka did not answer in time", self.layout.log_tail(log_start_bytes))
