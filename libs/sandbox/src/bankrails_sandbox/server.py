"""The sandbox as a process: binds, says where it is, and ends at once when told to."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Generator
from pathlib import Path

import uvicorn
import uvloop

from bankrails_sandbox.app import sandbox_app
from bankrails_sandbox.config import SandboxConfig
from bankrails_sandbox.connection import CuttableProtocol

# Longer than clients keep an idle connection for reuse; shorter, and a reused connection would now and then meet a
# close of ours and look like a fault that nobody planted.
KEEP_ALIVE_SECONDS = 300
# Many clients at once is a load run, not an attack.
BACKLOG = 4096
# Where each vendor is served, for the line that says so.
VENDORS = {"Helcim": "/helcim/v2", "Helium": "/helium", "MX": "/mx", "Helix": "/helix"}


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are ours: by default the process would end by the signal itself, which reads as a crash."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Open connections are cut: a call that is held has no answer, and must not be told one that was never given."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, CuttableProtocol):
                connection.transport.abort()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port), backlog=BACKLOG)
    # What is accepted inherits it. Without, an answer in two writes waits 40 ms for the caller's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def sandbox_server(config: SandboxConfig, control_token: str | None = None) -> uvicorn.Server:
    """To be served on a listener, in a loop of the caller's."""
    return _Server(
        uvicorn.Config(
            sandbox_app(config, control_token),
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            loop="none",
            access_log=False,
            log_level="critical",
            server_header=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            # State is gone with the process anyway, so held calls and open polls are not waited for.
            timeout_graceful_shutdown=0,
        )
    )


def serve(
    config: SandboxConfig,
    *,
    host: str,
    port: int,
    ready_file: Path | None = None,
    control_token: str | None = None,
    until_stdin_closes: bool = False,
) -> None:
    """Returns after SIGTERM or SIGINT, or when the parent at the other end of stdin is gone."""
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
        _serve(config, host, port, ready_file, control_token, until_stdin_closes)
    )


async def _serve(
    config: SandboxConfig,
    host: str,
    port: int,
    ready_file: Path | None,
    control_token: str | None,
    until_stdin_closes: bool,
) -> None:
    listener = listen(host, port)
    server = sandbox_server(config, control_token)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if until_stdin_closes:
        stdin = sys.stdin.fileno()

        def parent_gone() -> None:
            loop.remove_reader(stdin)  # A closed pipe stays readable and would be reported for ever.
            stop()

        loop.add_reader(stdin, parent_gone)
    # The listener already queues connections, so whoever reads the address may call at once.
    _announce(f"http://{host}:{listener.getsockname()[1]}", ready_file)
    await server.serve(sockets=[listener])


def _announce(url: str, ready_file: Path | None) -> None:
    """The file first: whoever has read the line finds the file."""
    if ready_file is not None:
        # Renamed into place, so that a reader finds either nothing or all of it.
        partial = ready_file.with_suffix(".partial")
        partial.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
        partial.replace(ready_file)
    vendors = ", ".join(f"{name} at {url}{base}" for name, base in VENDORS.items())
    print(f"bankrails-sandbox ready at {url} ({vendors}, clock at {url}/clock)", flush=True)
