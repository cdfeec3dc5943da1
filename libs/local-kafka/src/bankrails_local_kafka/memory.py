"""The stand-in for a broker where the pinned jars cannot be had.

What it cannot do, as read in librdkafka 2.16: keep anything across a restart, create topics by the protocol, serve a
group of two members, or hold more than 5 MB or 100,000 records per partition (the oldest go, silently).
"""

import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from .errors import BrokerFailed

STOP_GRACE_SECONDS = 5  # it has nothing to save


class MemoryCluster:
    """librdkafka's mock cluster in a process of its own, which ends no later than we do."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._bootstrap_servers = ""
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (lives as long as we do)

    @property
    def bootstrap_servers(self) -> str:
        """`host:port`, another one after each start. Raises RuntimeError when not started."""
        if not self._process:
            raise RuntimeError("this cluster is not started")
        return self._bootstrap_servers

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """False too when the cluster ended by itself."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when it listens. Raises BrokerFailed with the process's last words."""
        if self.running:
            raise RuntimeError("this cluster is already started")
        self.stop()  # one that ended by itself is not yet reaped
        # A group of its own, so that Ctrl-C in a terminal reaches us first and we stop it in our order.
        self._process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", f"{__package__}.mock_cluster"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,  # a pipe that nobody reads would one day be full and stop the cluster
            text=True,
            process_group=0,
        )
        self._bootstrap_servers = self._read()["bootstrap_servers"]

    def create_topic(self, name: str, partitions: int) -> None:
        """Raises BrokerFailed when the topic is there already or the name is not one."""
        if not self._process or not self._process.stdin:
            raise RuntimeError("this cluster is not started")
        self._process.stdin.write(json.dumps({"topic": name, "partitions": partitions}) + "\n")
        self._process.stdin.flush()
        if error := self._read()["error"]:
            raise BrokerFailed(f"topic {name} could not be created in memory: {error}")

    def stop(self) -> None:
        """Its records are gone with it; so is the process on return. Harmless when not started."""
        if process := self._process:
            self._process = None
            with process:  # closes its pipes and reaps it
                process.terminate()
                try:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(STOP_GRACE_SECONDS)
                finally:
                    process.kill()

    def kill(self) -> None:
        """As `stop`: there is no clean end to miss."""
        self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read(self) -> dict[str, Any]:
        process = self._process
        if not process or not process.stdout:
            raise RuntimeError("this cluster is not started")
        if line := process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.stop()
        self._errors.seek(0)
        raise BrokerFailed("the in-memory cluster ended", self._errors.read())
