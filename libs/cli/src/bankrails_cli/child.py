"""One process of the suite: a Python module of ours, its log, its ready file, its health."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bankrails_local_kafka.leash import LeashedProcess

from bankrails_cli.errors import NotThere
from bankrails_cli.health import Condition, Health, ask

READY_SECONDS = 60.0  # takes one to four; a machine busy with everything else at once may need many times that
STOP_GRACE_SECONDS = 12.0  # a service promises to stop within ten
LOOK_AGAIN_SECONDS = 0.02
LOG_TAIL_LINES = 5
LAST_WORDS_CHARACTERS = 200  # of a line that may be a whole JSON document


class Child:
    """Ends no later than we do, even if we are killed; Ctrl-C in the terminal reaches us alone, and we stop it."""

    def __init__(self, name: str, folder: Path, *, address_field: str, health_path: str) -> None:
        """The module writes `ready_file`, JSON with its address in `address_field`, once it can be called."""
        self.name = name
        self.log = folder / f"{name}.log"
        self.ready_file = folder / f"{name}.ready.json"
        self._address_field = address_field
        self._health_path = health_path
        self.restarts = 0
        """How often it was started again."""
        self._command: list[str] = []
        self._process: LeashedProcess | None = None
        self._address = ""

    @property
    def address(self) -> str:
        """Without a path. Empty until ready."""
        return self._address

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, module: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> None:
        """Returns at once; `await_ready` waits. `environment` is added to ours, and must hold no secret."""
        # env(1) sets the variables: they are this child's alone, and a leashed process inherits ours.
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        self._command = ["/usr/bin/env", *variables, sys.executable, "-m", module, *arguments]
        self._launch()

    def start_again(self) -> None:
        """With the same command, after an end of whatever kind."""
        self.restarts += 1
        self._launch()

    def _launch(self) -> None:
        self.kill()
        self._address = ""
        self.ready_file.unlink(missing_ok=True)
        self._process = LeashedProcess(self._command, log=self.log)

    def await_ready(self) -> None:
        """Raises NotThere with the end of the log."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._read_address():
            if self.exit_status() is not None:
                raise NotThere(f"{self.ended()}; all of it in {self.log}")
            if time.monotonic() > deadline:
                raise NotThere(f"{self.name} was not ready after {READY_SECONDS:g} s; see {self.log}")
            time.sleep(LOOK_AGAIN_SECONDS)

    def exit_status(self) -> int | None:
        """None while it runs or was never started; negative is the signal that ended it."""
        return self._process.exit_status() if self._process else None

    def health(self) -> Health:
        if self._process is None:
            return Health(Condition.WAITING)
        if self.exit_status() is not None:
            return Health(Condition.ENDED, self._address, self.ended())
        if not self._read_address():
            return Health(Condition.STARTING)
        return ask(self._address, self._health_path)

    def ended(self) -> str:
        """What to say of a process that ended: how, and its last words, if it had the time for any."""
        status = self.exit_status()
        if status is not None and status < 0:
            return f"{self.name} ended (signal {-status})"
        last = next(reversed(self.log_tail()), "no word in its log")
        return f"{self.name} ended (exit status {status}): {last[:LAST_WORDS_CHARACTERS]}"

    def log_tail(self) -> list[str]:
        if not self.log.exists():
            return []
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]

    def kill(self) -> None:
        """SIGKILL; gone on return. Harmless when not started."""
        if process := self._process:
            self._process = None
            process.kill()

    def stop(self) -> None:
        """SIGTERM, its grace, SIGKILL; gone on return. Harmless when not started."""
        if process := self._process:
            self._process = None
            process.stop(grace_seconds=STOP_GRACE_SECONDS)

    def _read_address(self) -> bool:
        if not self._address:
            try:
                self._address = json.loads(self.ready_file.read_text(encoding="utf-8"))[self._address_field]
            except (OSError, ValueError):
                return False  # not there yet, or half written
        return True
