"""payments-service as a process of its own, started, killed and stopped by a test."""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bankrails_local_kafka.leash import LeashedProcess
from bankrails_messaging.stops import Stop
from bankrails_sandbox import SandboxProcess
from bankrails_sealing import SealingKeys, Vault

from bankrails_testkit.waiting import until

START_SECONDS = 30.0
STOP_SECONDS = 10.0
"""What SIGTERM may take: the promise to whoever runs it."""
HTTP_SECONDS = 5.0
MODULE = "payments_service"

MERCHANTS: Sequence[Mapping[str, Any]] = (
    {
        "id": "maple-books",
        "country": "CA",
        "currency": "CAD",
        "time_zone": "America/Toronto",
        "tokens": {"general": "maple-books-admin-token", "withdraw": "maple-books-withdraw-only-token"},
    },
    {
        "id": "liberty-books",
        "country": "US",
        "currency": "USD",
        "time_zone": "America/New_York",
        "tokens": {"general": "liberty-books-admin-token", "withdraw": "liberty-books-withdraw-only-token"},
    },
)
"""The sandbox's own two."""


class DidNotStart(Exception):
    """With the exit status and the end of the log."""


class PaymentsProcess:
    """`folder` keeps keys, log and ready file across restarts; the database is wherever `database_url` says."""

    def __init__(
        self,
        folder: Path,
        *,
        bootstrap_servers: str,
        database_url: str,
        sandbox: SandboxProcess,
        settings: Mapping[str, str] | None = None,
        can_crash: bool = False,
    ) -> None:
        """`can_crash`: the test build, which `crash_at` works on."""
        self.folder = folder
        self.log = folder / "payments.log"
        self._ready_file = folder / "ready.json"
        self._crash_file = folder / "crash-at"
        self._can_crash = can_crash
        self._process: LeashedProcess | None = None
        merchants = folder / "merchants.json"
        merchants.write_text(json.dumps({"merchants": MERCHANTS}))
        sealing_keys, vault = folder / "sealing-keys.json", folder / "vault.json"
        if not sealing_keys.exists():  # replicas on PostgreSQL are given theirs, so the service makes none there
            SealingKeys.generate(sealing_keys)
            Vault.generate(vault)
        self.settings = {
            "PAYMENTS_KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "PAYMENTS_DATABASE_URL": database_url,
            "PAYMENTS_HELCIM_URL": sandbox.helcim_url,
            "PAYMENTS_CLOCK_URL": sandbox.clock_url,
            "PAYMENTS_MERCHANTS_FILE": str(merchants),
            "PAYMENTS_SEALING_KEYS_FILE": str(sealing_keys),
            "PAYMENTS_VAULT_FILE": str(vault),
            "PAYMENTS_OPS_PORT": "0",
            "PAYMENTS_READY_FILE": str(self._ready_file),
            **(settings or {}),
        }

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
            lambda: f"payments-service is not ready\n{self.log_end()}",
            START_SECONDS,
        )
        if self.exit_status() is not None:
            raise DidNotStart(f"status {self.exit_status()}\n{self.log_end()}")
        return self

    def launch(self) -> None:
        """As `start`, without waiting."""
        self.kill()
        self._ready_file.unlink(missing_ok=True)
        self._crash_file.unlink(missing_ok=True)
        module = ["bankrails_testkit.payments_with_crash", str(self._crash_file)] if self._can_crash else [MODULE]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PAYMENTS_")}
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
                lambda: f"payments-service still runs after {time.monotonic() - started_at:.1f} s\n{self.log_end()}",
                within_seconds,
            )
        finally:
            self.kill()
        return process.exit_status() or 0

    def exit_status(self) -> int | None:
        return self._running.exit_status()

    def get(self, path: str) -> Any:
        """The JSON of the operations server's answer, an unhealthy one (503) too."""
        return self._ask("GET", path)

    def post(self, path: str) -> Any:
        return self._ask("POST", path)

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

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=HTTP_SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    @property
    def _running(self) -> LeashedProcess:
        if self._process is None:
            raise RuntimeError("payments-service is not started")
        return self._process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
