"""The sandbox as a child process of a test, a demonstration or the command line."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from bankrails_sandbox.config import SandboxConfig
from bankrails_sandbox.decoding import encode
from bankrails_sandbox.running import RunningSandbox

# Starting takes well under a second; a machine busy with everything else at once may need many times that.
START_TIMEOUT_SECONDS = 30.0
# It has nothing to save, so it is gone within a fraction of this.
STOP_TIMEOUT_SECONDS = 5.0
# Short against the start itself, long against the cost of looking.
LOOK_AGAIN_SECONDS = 0.02


class SandboxDidNotStart(Exception):
    """With the last of what it wrote to its standard error."""


class SandboxProcess(RunningSandbox):
    """`with SandboxProcess() as sandbox:`, or `start` and `stop`.

    The child holds the other end of a pipe and ends when it closes, so it dies with this process, however that dies.
    """

    def __init__(self, config: SandboxConfig | Path | None = None, *, port: int = 0) -> None:
        self._config = config
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the sandbox is not running")
        return self._process.pid

    def start(self) -> Self:
        """Returns when it can be called. Raises SandboxDidNotStart."""
        self._folder = tempfile.TemporaryDirectory(prefix="bankrails-sandbox-")
        folder = Path(self._folder.name)
        ready_file, errors_file = folder / "ready.json", folder / "stderr"
        command = [sys.executable, "-m", "bankrails_sandbox", "--until-stdin-closes"]
        command += [
            "--port",
            str(self._port),
            "--ready-file",
            str(ready_file),
            "--config",
            self._config_argument(folder),
        ]
        with errors_file.open("wb") as errors:
            # A session of its own: Ctrl-C in the terminal goes to the parent alone, which stops us in its own order.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
                env={name: value for name, value in os.environ.items() if name != "BANKRAILS_SANDBOX_CONTROL_TOKEN"},
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not ready_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = errors_file.read_text(encoding="utf-8", errors="replace")[-2000:]
                self.stop()
                raise SandboxDidNotStart(said or f"not ready after {START_TIMEOUT_SECONDS} s")
            time.sleep(LOOK_AGAIN_SECONDS)
        self._url = json.loads(ready_file.read_text(encoding="utf-8"))["url"]
        return self

    def stop(self) -> None:
        """May be called at any time, and again."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._url = ""

    def _config_argument(self, folder: Path) -> str:
        match self._config:
            case None:
                return "defaults"
            case SandboxConfig():
                written = folder / "config.json"
                written.write_text(json.dumps(encode(self._config)), encoding="utf-8")
                return str(written)
            case path:
                return str(path)
