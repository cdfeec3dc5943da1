"""What lies in a broker's data directory, and the settings written there.

ports.json          both ports, chosen once: a restarted broker is found where it was
server.properties   written at each start, so that a change here takes effect
log4j2.properties   likewise
broker.log          the broker's own words, appended
logs/               Kafka's data; `meta.properties` inside means that the storage is formatted
"""

import json
import random
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

LOG4J2 = """\
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1} %m%n
"""


UNLENT_PORTS = range(20_000, 30_000)  # Linux lends from 32768, macOS from 49152


@dataclass(frozen=True)
class Ports:
    broker: int
    controller: int

    @classmethod
    def free(cls) -> "Ports":
        """Two ports free at this moment, from below the range that systems lend to outgoing connections.

        A port the kernel hands out for "any" lies in that range, where a passing client may hold it when the broker
        comes back. Raises OSError when nothing is free in a hundred tries.
        """
        free: list[int] = []
        for port in random.sample(UNLENT_PORTS, k=100):
            with socket.socket() as probe, suppress(OSError):
                probe.bind(("127.0.0.1", port))
                free.append(port)
                if len(free) == 2:
                    return cls(*free)
        raise OSError(f"no two free ports found between {UNLENT_PORTS.start} and {UNLENT_PORTS.stop}")


@dataclass(frozen=True)
class Layout:
    """The paths of one data directory; absolute, since Kafka reads them in a process of its own."""

    data_dir: Path

    @property
    def properties(self) -> Path:
        return self.data_dir / "server.properties"

    @property
    def log4j2(self) -> Path:
        return self.data_dir / "log4j2.properties"

    @property
    def broker_log(self) -> Path:
        return self.data_dir / "broker.log"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"

    @property
    def formatted(self) -> bool:
        return (self.log_dir / "meta.properties").exists()

    def ports(self) -> Ports:
        """The kept ports, chosen on the first call."""
        path = self.data_dir / "ports.json"
        if path.exists():
            return Ports(**json.loads(path.read_text(encoding="utf-8")))
        self.data_dir.mkdir(parents=True, exist_ok=True)
        ports = Ports.free()
        # Renamed into place: half a file would keep this directory from ever starting again.
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(ports)), encoding="utf-8")
        unfinished.replace(path)
        return ports

    def write_settings(self) -> None:
        """Both settings files, for the ports of this directory."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.log4j2.write_text(LOG4J2, encoding="utf-8")
        self.properties.write_text(server_properties(self.ports(), self.log_dir), encoding="utf-8")

    def log_bytes(self) -> int:
        """How long broker.log is now; a later `log_tail` looks only at what came after."""
        return self.broker_log.stat().st_size if self.broker_log.exists() else 0

    def log_tail(self, since_bytes: int = 0, lines: int = 15) -> str:
        """The last lines of broker.log written after `since_bytes`."""
        with self.broker_log.open("rb") as log:
            log.seek(since_bytes)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def server_properties(ports: Ports, log_dir: Path) -> str:
    """One node that is broker and controller, on the loopback interface alone."""
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{ports.controller}
listeners=PLAINTEXT://127.0.0.1:{ports.broker},CONTROLLER://127.0.0.1:{ports.controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{ports.broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={log_dir}

# A misspelt topic must fail, not appear. Partition counts are part of the contract and set by whoever creates a topic.
auto.create.topics.enable=false

# One node can hold one replica; every internal topic defaults to three.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

# A few groups share this node: 50 partitions of offsets would only be 50 files to open at each start.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4

# Kafka waits 3 s for more members of a new group; nobody else is coming.
group.initial.rebalance.delay.ms=0

# After a crash the controller refuses the broker until its former self's session is over: 9 s by default, against
# a cold start of two. Two seconds without a heartbeat would need a machine that stands still.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=250

# The log cleaner takes its buffer at the start: 128 MB by default, for compacted topics far larger than ours.
log.cleaner.dedupe.buffer.size=8388608

# Threads for a machine of two cores; the default of 3 and 8 is for servers.
num.network.threads=2
num.io.threads=4
log.segment.bytes=134217728
"""
