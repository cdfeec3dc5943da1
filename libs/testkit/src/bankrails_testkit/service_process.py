"""One service as a process of its own, started, killed and stopped by a test."""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bankrails_cli.services import SERVICES, ServiceProgram, Surroundings
from bankrails_contracts.message import Service
from bankrails_local_kafka.leash import LeashedProcess
from bankrails_messaging.stops import Stop
from bankrails_sandbox import ControlRefused, SandboxProcess
from bankrails_sealing import SealingKeys, Vault, preferred_key, seal

from bankrails_testkit.cluster import Positions
from bankrails_testkit.waiting import until

START_SECONDS = 60.0
STOP_SECONDS = 10.0
"""What SIGTERM may take: the promise to whoever runs it."""
HTTP_SECONDS = 5.0
NO_PORTS: dict[str, int] = dict.fromkeys(Service, 0)
"""Each takes a free one; none knows of another."""


def program_of(service: Service) -> ServiceProgram:
    return next(each for each in SERVICES if each.name == service)


class DidNotStart(Exception):
    """With the exit status and the end of the log."""


class ServiceProcess:
    """`folder` keeps keys, log and ready file across restarts; the database is wherever `database_url` says."""

    def __init__(
        self,
        service: Service,
        folder: Path,
        *,
        bootstrap_servers: str,
        database_url: str,
        sandbox: SandboxProcess,
        settings: Mapping[str, str] | None = None,
        can_crash: bool = False,
    ) -> None:
        """The settings of `bankrails up`, alone: no peer is configured unless `settings`, with their prefix, name it.

        `can_crash`: the test build, which `crash_at` works on.
        """
        self.program = program_of(service)
        self.folder = folder
        self.log = folder / f"{service}.log"
        self._prefix = f"{service.upper()}_"
        self._sandbox = sandbox
        self._ready_file = folder / "ready.json"
        self._crash_file = folder / "crash-at"
        self._can_crash = can_crash
        self._process: LeashedProcess | None = None
        around = Surroundings(bootstrap_servers, sandbox.url, folder, NO_PORTS, {service: database_url})
        own = self.program.environment(around, self._ready_file)
        alone = {name: value for name, value in own.items() if not name.endswith("_JWKS_URL")}
        self.settings = alone | dict(settings or {})
        if (
            not self._sealing_keys_file.exists()
        ):  # replicas on PostgreSQL are given theirs: the service makes none there
            SealingKeys.generate(self._sealing_keys_file)
            Vault.generate(self.program.vault(folder))

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def url(self) -> str:
        """Of the operations server."""
        address: str = json.loads(self._ready_file.read_text())["address"]
        return address

    def start(self) -> Self:
        """Returns when it is ready. Raises DidNotStart when it ends instead."""
        self.launch()
        until(
            lambda: self._ready_file.exists() or self.exit_status() is not None,
            lambda: f"{self.program.process} is not ready\n{self.log_end()}",
            START_SECONDS,
        )
        if self.exit_status() is not None:
            raise DidNotStart(f"status {self.exit_status()}\n{self.log_end()}")
        return self

    def launch(self, *arguments: str) -> None:
        """As `start`, without waiting; the arguments are the service's own: `migrate`."""
        self.kill()
        self._ready_file.unlink(missing_ok=True)
        self._crash_file.unlink(missing_ok=True)
        module = [self.program.module, *arguments]
        if self._can_crash and not arguments:
            module = ["bankrails_testkit.with_crash", self.program.module, str(self._crash_file)]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(self._prefix)}
        environment = [f"{name}={value}" for name, value in (inherited | self.settings).items()]
        self._process = LeashedProcess(["env", "-i", *environment, sys.executable, "-m", *module], log=self.log)

    def crash_at(self, stop: Stop) -> None:
        """It ends itself the next time that it passes that stop. For one that `can_crash`."""
        unfinished = self._crash_file.with_suffix(".new")
        unfinished.write_text(stop)
        unfinished.rename(self._crash_file)

    def kill(self) -> None:
        """SIGKILL; gone on return."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()

    def close(self) -> None:
        """Killed, and gone from the virtual clock, which would wait for it."""
        self.kill()
        with suppress(ControlRefused, OSError, RuntimeError):
            self._sandbox.control.remove_party(self.program.process)

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        os.kill(self.pid, signal.SIGTERM)

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> int:
        """SIGTERM; its exit status. Raises AssertionError when it is still there after `within_seconds`."""
        self.terminate()
        return self.wait(within_seconds=within_seconds)

    def wait(self, *, within_seconds: float = START_SECONDS) -> int:
        """Its exit status, once it has ended by itself; negative is a signal."""
        process = self._running
        started_at = time.monotonic()
        try:
            until(
                lambda: process.exit_status() is not None,
                lambda: f"{self.program.process} runs after {time.monotonic() - started_at:.1f} s\n{self.log_end()}",
                within_seconds,
            )
        finally:
            self.kill()
        return process.exit_status() or 0

    def exit_status(self) -> int | None:
        return self._running.exit_status()

    def refusal(self) -> str:
        """What a start that is refused with status 2 says, which must be one line."""
        self.launch()
        status = self.wait()
        said = [line for line in self.log.read_text().splitlines() if not line.startswith("{")]
        if status != 2 or len(said) != 1:
            raise AssertionError(f"status {status}, {len(said)} lines\n{self.log_end()}")
        return said[0]

    def seal(self, text: str) -> str:
        """To the key that it publishes."""
        return seal(text, preferred_key(self.get("/.well-known/jwks.json")))

    def get(self, path: str) -> Any:
        """The JSON of the operations server's answer, an unhealthy one (503) too."""
        return self._ask("GET", path)

    def post(self, path: str) -> Any:
        return self._ask("POST", path)

    def wait_until_read(self, positions: Positions) -> None:
        """Returns when it has read so far, and done all that is due."""

        def read() -> bool:
            report = self.get("/idle")
            return report["idle"] and all(
                report["consumed"].get(f"{topic}/{number}", 0) >= offset
                for (topic, number), offset in positions.items()
            )

        until(read, lambda: f"{self.program.process} has not read {positions}: {self.get('/idle')}")

    def metric(self, sample: str) -> float:
        """The value of one sample, as it is written: `bankrails_work{state="unknown"}`; 0 when it is not there."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=HTTP_SECONDS) as answer:  # noqa: S310 - our own address
            for line in answer.read().decode().splitlines():
                name, _, value = line.rpartition(" ")
                if name == sample:
                    return float(value)
        return 0.0

    def log_end(self, lines: int = 30) -> str:
        with suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return "(no log)"

    def files_with(self, text: str) -> list[str]:
        """Its log and its SQLite files, as far as they hold the text."""
        database = self.settings[f"{self._prefix}DATABASE_URL"].removeprefix("sqlite:///")
        files = [self.log, Path(database), Path(f"{database}-wal")]
        return [file.name for file in files if file.exists() and text.encode() in file.read_bytes()]

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=HTTP_SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    @property
    def _sealing_keys_file(self) -> Path:
        return self.program.sealing_keys(self.folder)

    @property
    def _running(self) -> LeashedProcess:
        if self._process is None:
            raise RuntimeError(f"{self.program.process} is not started")
        return self._process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
