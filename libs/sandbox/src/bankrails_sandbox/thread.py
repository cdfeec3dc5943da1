"""The sandbox in a thread of a test, over loopback like the process: no interpreter to start, so a fresh one costs
milliseconds. For what needs a process (signals, a parent that dies, load) there is `SandboxProcess`.
"""

import asyncio
import threading
from typing import Self

from bankrails_sandbox.config import SandboxConfig
from bankrails_sandbox.running import RunningSandbox
from bankrails_sandbox.server import listen, sandbox_server

HOST = "127.0.0.1"


class SandboxThread(RunningSandbox):
    """`with SandboxThread() as sandbox:`, or `start` and `stop`."""

    def __init__(self, config: SandboxConfig | None = None) -> None:
        self._config = config or SandboxConfig()

    def start(self) -> Self:
        listener = listen(HOST, 0)
        self._server = sandbox_server(self._config)
        threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])), name="sandbox", daemon=True
        ).start()
        # The listener already queues connections, so whoever reads the address may call at once.
        self._url = f"http://{HOST}:{listener.getsockname()[1]}"
        return self

    def stop(self) -> None:
        """Returns at once. It has nothing to save, and its thread ends a moment later."""
        if self._url:
            self._server.should_exit = True
            self._url = ""
