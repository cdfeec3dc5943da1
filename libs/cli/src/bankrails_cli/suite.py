"""The whole suite on this machine: Kafka, the vendors' sandbox and every service, each a process of its own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from bankrails_contracts.topics import Topic
from bankrails_messaging.start import StartRefused
from bankrails_messaging.topic_setup import ensure_topics
from bankrails_sealing import SealingKeys, Vault

from bankrails_cli import catalogue
from bankrails_cli.child import Child
from bankrails_cli.errors import NotThere
from bankrails_cli.health import Health
from bankrails_cli.kafka_part import KafkaPart
from bankrails_cli.ports import free_port
from bankrails_cli.services import SERVICES, ServiceProgram, Surroundings

SANDBOX_PORT = 8600
MIGRATE_SECONDS = 60.0  # takes two; Alembic is imported for it


class Part(Protocol):
    """What the screen shows of each."""

    name: str

    @property
    def pid(self) -> int | None: ...
    @property
    def log(self) -> Path | None: ...
    @property
    def restarts(self) -> int: ...
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
        database_urls: Mapping[str, str] | None = None,
        ready: Callable[[Part], None] = lambda part: None,
    ) -> None:
        """Everything it writes goes into `folder`, which has to be new: the sandbox forgets at its end, and a store or
        a topic that remembers would contradict it. `virtual_start` is the sandbox's time, else the machine's.
        `known_ports` takes the usual ones where they are free. `database_urls` are empty PostgreSQL databases by service,
        without passwords, which the list of processes would show; SQLite for those not named. `ready` hears of each
        part once it is.
        """
        self.folder = folder.resolve()
        self.kafka = KafkaPart(self.folder / "kafka")
        self.sandbox = Child("sandbox", self.folder, address_field="url", health_path="/clock")
        self.services = {
            program.name: Child(program.process, self.folder, address_field="address", health_path="/health/ready")
            for program in SERVICES
        }
        self._virtual_start = virtual_start
        self._known_ports = known_ports
        self._database_urls = dict(database_urls or {})
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
        around = self._surroundings()
        stack.callback(self._stop_services)
        for program in SERVICES:
            child = self.services[program.name]
            environment = program.environment(around, child.ready_file)
            if program.name in self._database_urls:
                self._prepare_postgres(program, environment)
            child.start(program.module, environment=environment)
        for child in self.services.values():
            child.await_ready()
            self._ready(child)

    def _stop_services(self) -> None:
        """All at once: each may take its grace."""
        with ThreadPoolExecutor(len(self.services)) as pool:
            list(pool.map(Child.stop, self.services.values()))

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

    def _surroundings(self) -> Surroundings:
        ports: dict[str, int] = {}
        for program in SERVICES:
            ports[program.name] = self._port(program.ops_port, besides=ports.values())
        return Surroundings(
            bootstrap_servers=self.bootstrap_servers,
            sandbox_url=self.sandbox.address,
            folder=self.folder,
            ops_ports=ports,
            database_urls=self._database_urls,
        )

    def _prepare_postgres(self, program: ServiceProgram, environment: Mapping[str, str]) -> None:
        """What a service does for itself on SQLite alone: key rings and schema. Raises NotThere."""
        SealingKeys.generate(program.sealing_keys(self.folder))
        Vault.generate(program.vault(self.folder))
        command = [sys.executable, "-m", program.module, "migrate"]
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=MIGRATE_SECONDS
        )
        if done.returncode != 0:
            raise NotThere(f"{program.process} migrate: {done.stderr.strip() or done.returncode}")

    def _port(self, usual: int, besides: Collection[int] = ()) -> int:
        """The usual ones are for `up`: a suite beside it has others."""
        return free_port(usual if self._known_ports else None, besides=besides)
