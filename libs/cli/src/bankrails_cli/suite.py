"""The whole suite on this machine: Kafka, the vendors' sandbox and every service, each a process of its own."""

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bankrails_contracts.topics import Topic
from bankrails_messaging.start import StartRefused
from bankrails_messaging.topic_setup import ensure_topics

from bankrails_cli import catalogue
from bankrails_cli.child import Child
from bankrails_cli.errors import NotThere
from bankrails_cli.health import Health
from bankrails_cli.kafka_part import KafkaPart
from bankrails_cli.services import SERVICES, ServiceProgram, Surroundings

SANDBOX_PORT = 8600


class Part(Protocol):
    """What the screen shows of each."""

    name: str

    @property
    def pid(self) -> int | None: ...
    @property
    def log(self) -> Path | None: ...
    def health(self) -> Health: ...
    def log_tail(self) -> list[str]: ...


class Suite:
    """`with Suite(folder) as suite:`. What was started is gone at the end, also after half a start."""

    def __init__(
        self,
        folder: Path,
        *,
        virtual_start: datetime | None = None,
        known_ports: bool = False,
        ready: Callable[[Part], None] = lambda part: None,
    ) -> None:
        """Everything it writes goes into `folder`, which has to be new: the sandbox forgets at its end, and a store or
        a topic that remembers would contradict it. `virtual_start` is the sandbox's time, else the machine's.
        `known_ports` takes the usual ones where they are free. `ready` hears of each part once it is.
        """
        self.folder = folder.resolve()
        self.kafka = KafkaPart(self.folder / "kafka")
        self.sandbox = Child("sandbox", self.folder, address_field="url", health_path="/clock")
        self.services = {
            program.name: Child(
                f"{program.name}-service", self.folder, address_field="address", health_path="/health/ready"
            )
            for program in SERVICES
        }
        self._virtual_start = virtual_start
        self._known_ports = known_ports
        self._ready = ready
        self._stack = ExitStack()

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.kafka, self.sandbox, *self.services.values())

    @property
    def bootstrap_servers(self) -> str:
        return self.kafka.bootstrap_servers

    def __enter__(self) -> Self:
        """Raises NotThere with what would not start, and why."""
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Services first, Kafka last, so that what is decided still gets out. Ctrl-C here cuts the graces short."""
        self._stack.close()

    def _start(self, stack: ExitStack) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Kafka's start is mostly waiting, so the sandbox starts beside it.
        stack.callback(self.kafka.stop)
        stack.callback(self.sandbox.stop)
        self.sandbox.start("bankrails_sandbox", self._sandbox_arguments())
        topics = catalogue.topics()
        self.kafka.start(topics)
        self._make_topics(topics)
        self._ready(self.kafka)
        self.sandbox.await_ready()
        self._ready(self.sandbox)
        for program in SERVICES:
            child = self.services[program.name]
            stack.callback(child.stop)
            child.start(program.module, environment=program.environment(self._surroundings(program, child)))
        for child in self.services.values():
            child.await_ready()
            self._ready(child)

    def _make_topics(self, topics: tuple[Topic, ...]) -> None:
        try:
            asyncio.run(ensure_topics(self.bootstrap_servers, topics))
        except StartRefused as error:
            raise NotThere(f"Kafka at {self.bootstrap_servers}: {error}") from error

    def _sandbox_arguments(self) -> list[str]:
        config = self.folder / "sandbox.json"
        start = self._virtual_start
        config.write_text(json.dumps({} if start is None else {"clock": {"start": start.isoformat()}}))
        return [
            *("--config", str(config)),
            *("--ready-file", str(self.sandbox.ready_file)),
            *("--port", str(self._port(SANDBOX_PORT))),
        ]

    def _surroundings(self, program: ServiceProgram, child: Child) -> Surroundings:
        return Surroundings(
            bootstrap_servers=self.bootstrap_servers,
            sandbox_url=self.sandbox.address,
            folder=self.folder,
            ready_file=child.ready_file,
            ops_port=self._port(program.ops_port),
        )

    def _port(self, usual: int) -> int:
        """0, which takes any free one, unless the usual one is wanted and free."""
        if not self._known_ports:
            return 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", usual))
            except OSError:
                return 0
        return usual
