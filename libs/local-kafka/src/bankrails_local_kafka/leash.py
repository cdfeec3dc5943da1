"""Ties a process group to the life of this process, even a life ended by `kill -9`.

A shell leads the group and reads from a pipe whose other end only we hold. When we are gone, however we went, the
read ends and the shell kills its group, which is all it knows: no process id that might by then be somebody else's.
PR_SET_PDEATHSIG was rejected: it fires when the *thread* that started the child ends, so a broker started in a worker
thread would die with the worker; it also exists on Linux alone. What remains: a fork of us that does not exec holds
the pipe too, and the command lives as long as it does.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# SIGTERM to the group is meant for its other members; the shell outlives it, to keep watch until they are gone.
WATCH = "trap '' TERM INT HUP; read -r _; kill -KILL 0"


class LeashedProcess:
    """One command in a process group of its own, which ends no later than we do."""

    def __init__(self, command: Sequence[str | Path], *, log: Path) -> None:
        """Output goes to the end of `log`. Raises OSError when the command cannot be run."""
        read_end, self._leash = os.pipe()
        try:
            self._watch = subprocess.Popen(["/bin/sh", "-c", WATCH], stdin=read_end, process_group=0)  # noqa: S603
        except OSError:
            os.close(self._leash)
            raise
        finally:
            os.close(read_end)
        try:
            with log.open("ab") as output:
                # Born into the group, so there is no moment in which our death would leave it behind.
                self._process = subprocess.Popen(  # noqa: S603 (no shell, our own arguments)
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    process_group=self._watch.pid,
                )
        except OSError:
            self._cut()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_status(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._process.poll()

    def stop(self, *, grace_seconds: float) -> None:
        """SIGTERM, the grace, SIGKILL; both processes are reaped on return, whatever interrupts us."""
        try:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_seconds)
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group; returns when nothing of it is left."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._cut()

    def _signal(self, number: signal.Signals) -> None:
        # The shell leads the group and is not reaped before `_cut`, so its number cannot have passed to another.
        with suppress(ProcessLookupError):
            os.killpg(self._watch.pid, number)

    def _cut(self) -> None:
        if self._leash >= 0:
            os.close(self._leash)
            self._leash = -1
        self._watch.wait()
