"""One real Kafka broker, its own controller, in a process of its own."""

import base64
import subprocess
import time
import uuid
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from .errors import BrokerFailed
from .jars import read_lock, verified_jars
from .java import find_java
from .layout import Layout
from .leash import LeashedProcess

STOP_GRACE_SECONDS = 20  # a controlled shutdown takes about one; past twenty it hangs
FORMAT_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.05


class KafkaNode:
    """A broker that keeps its records and its address in `data_dir` across `stop`, `kill` and `start`."""

    def __init__(self, data_dir: Path, *, heap_mb: int = 512) -> None:
        self.layout = Layout(data_dir.resolve())
        self.heap_mb = heap_mb
        self._process: LeashedProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """`host:port`, the same for the life of the data directory."""
        return f"127.0.0.1:{self.layout.ports().broker}"

    @property
    def pid(self) -> int | None:
        """The broker's process, while there is one."""
        return self._process.pid if self._process else None

    def start(self, deadline_seconds: float = 45) -> None:
        """Returns when the broker answers a metadata request.

        Raises JarsUnavailable, JarMismatch, JavaMissing before anything runs, and BrokerFailed, with the end of the
        log, when it ends or stays silent past the deadline; nothing is left running then.
        """
        if self._process:
            raise RuntimeError("this node is already started")
        deadline = time.monotonic() + deadline_seconds
        java = self._java_command()
        self.layout.write_settings()
        if not self.layout.formatted:
            self._format(java)
        self._process = LeashedProcess([*java, "kafka.Kafka", self.layout.properties], log=self.layout.broker_log)
        try:
            self._await_metadata(deadline)
        except BaseException:  # Ctrl-C too: whoever could not start it has no handle to stop it with
            self.kill()
            raise

    def stop(self) -> None:
        """A controlled shutdown, forced after 20 s; the process is gone on return. Harmless when not started."""
        if process := self._process:
            self._process = None
            process.stop(grace_seconds=STOP_GRACE_SECONDS)

    def kill(self) -> None:
        """SIGKILL, as a crash would; the process is gone on return. Harmless when not started."""
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
        return [
            find_java(),
            f"-Xmx{self.heap_mb}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Dlog4j2.configurationFile={self.layout.log4j2}",
            "-cp",
            ":".join(map(str, jars)),
        ]

    def _format(self, java: list[str | Path]) -> None:
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [*java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", self.layout.properties]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_TIMEOUT_SECONDS)  # noqa: S603
        if done.returncode:
            raise BrokerFailed("Kafka could not format its storage", done.stdout + done.stderr)

    def _await_metadata(self, deadline: float) -> None:
        assert self._process
        admin = AdminClient(
            {
                "bootstrap.servers": self.bootstrap_servers,
                "log_level": 0,
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 100,
            }
        )
        while time.monotonic() < deadline:
            if (status := self._process.exit_status()) is not None:
                raise BrokerFailed(f"Kafka ended while starting (status {status})", self.layout.log_tail())
            with suppress(KafkaException):
                if admin.list_topics(timeout=0.5).brokers:
                    return
            time.sleep(POLL_SECONDS)
        raise BrokerFailed("Kafka did not answer in time", self.layout.log_tail())
