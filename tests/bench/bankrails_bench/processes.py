"""The processes of a run. Each ends no later than this one, however this one ends."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from urllib.request import Request, urlopen

from bankrails_local_kafka.leash import LeashedProcess

START_SECONDS = 60.0
"""Far above any start; only a defect gets there."""
STOP_SECONDS = 15.0
NO_CHANGE: Mapping[str, str] = MappingProxyType({})
ANSWER_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.005
"""The grain of what is said about starts."""


class ProcessFailed(Exception):
    """A process of the run ended or hangs; with the end of what it wrote."""


class Child:
    """A Python module as a process, its output in `log`."""

    def __init__(
        self, module: str, arguments: list[str], log: Path, environment: Mapping[str, str] = NO_CHANGE
    ) -> None:
        self._log = log
        self._over = False
        self._started_at = time.monotonic()
        # `env` becomes the module's process, so its id is the one that is measured and killed.
        words = [f"{name}={value}" for name, value in environment.items()]
        self._process = LeashedProcess(["env", *words, sys.executable, "-m", module, *arguments], log=log)

    @property
    def pid(self) -> int:
        return self._process.pid

    def await_file(self, path: Path) -> float:
        """Seconds from start until `path` exists. Raises ProcessFailed."""
        deadline = self._started_at + START_SECONDS
        while not path.exists():
            self.check()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"not ready within {START_SECONDS:g} s\n{self._tail()}")
            time.sleep(LOOK_AGAIN_SECONDS)
        return time.monotonic() - self._started_at

    def await_end(self, seconds: float) -> None:
        """Raises ProcessFailed when it fails or has not ended by itself."""
        deadline = time.monotonic() + seconds
        while (status := self._process.exit_status()) is None:
            if time.monotonic() > deadline:
                raise ProcessFailed(f"still running after {seconds:g} s\n{self._tail()}")
            time.sleep(LOOK_AGAIN_SECONDS)
        if status:
            raise ProcessFailed(f"ended with status {status}\n{self._tail()}")

    def check(self) -> None:
        """Raises ProcessFailed when it has ended."""
        if (status := self._process.exit_status()) is not None:
            raise ProcessFailed(f"ended with status {status}\n{self._tail()}")

    def stop(self) -> None:
        """Harmless when it was stopped or killed before."""
        if not self._over:
            self._over = True
            self._process.stop(grace_seconds=STOP_SECONDS)

    def kill(self) -> None:
        """SIGKILL, as a crash would be."""
        self._over = True
        self._process.kill()

    def processor_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> tuple[float, float]:
        """Resident and proportional set size, in MB of 10^6 bytes. The latter shares out what others use too."""
        found = {}
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, kilobytes, *_ = line.split()
            found[name] = int(kilobytes) * 1024 / 1e6
        return found["Rss:"], found["Pss:"]

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]


class VendorStub:
    """vendor_stub.py, from the first call on."""

    def __init__(self, child: Child, address: str) -> None:
        self._child = child
        self._address = address

    @property
    def url(self) -> str:
        return f"{self._address}/v2"

    def take_effects(self) -> dict[str, int]:
        """Debits made since the last time, by payment intent. Raises ProcessFailed."""
        effects: dict[str, int] = json.loads(self._ask("DELETE", "effects", b""))["effects"]
        return effects

    def answer_within(self, shortest_seconds: float, longest_seconds: float) -> None:
        """From the next call on."""
        self._ask("PUT", "pace", json.dumps([shortest_seconds, longest_seconds]).encode())

    def _ask(self, method: str, path: str, body: bytes) -> bytes:
        self._child.check()
        asked = Request(f"{self._address}/{path}", body, method=method)  # noqa: S310 - the stub's own address
        with urlopen(asked, timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - as above
            said: bytes = answer.read()
        return said


@contextmanager
def vendor_stub(folder: Path, seconds: float) -> Iterator[VendorStub]:
    """A running stub that answers after `seconds`."""
    folder.mkdir()
    ready_file = folder / "ready"
    child = Child("bankrails_bench.vendor_stub", [f"--ready-file={ready_file}", f"--seconds={seconds}"], folder / "log")
    try:
        child.await_file(ready_file)
        yield VendorStub(child, ready_file.read_text())
    finally:
        child.stop()
