"""Writes jars.lock anew: `python -m bankrails_local_kafka.pin 4.3.1`.

This is the one place where a resolver chooses. Run it, read the difference, run the tests, commit.
"""

import argparse
import hashlib
from pathlib import Path

from jgo.maven import MavenContext

from .pins import PinnedJar, kafka_version

# LoggingController in kafka-server needs log4j-api in its static initialiser. Kafka logs through SLF4J 1.7, whose
# binding is log4j-slf4j-impl; log4j-slf4j2-impl binds SLF4J 2 and would leave the broker mute.
LOG4J_VERSION = "2.25.5"
LOG4J_ARTIFACTS = ("log4j-api", "log4j-core", "log4j-slf4j-impl")
LOCK = Path(__file__).with_name("jars.lock")


def resolve(version: str, log4j_version: str = LOG4J_VERSION) -> list[PinnedJar]:
    """The runtime closure of the broker at `version`, hashes taken from the files fetched now."""
    context = MavenContext()
    roots = [
        context.create_dependency(f"org.apache.kafka:kafka_2.13:{version}"),
        *(context.create_dependency(f"org.apache.logging.log4j:{name}:{log4j_version}") for name in LOG4J_ARTIFACTS),
    ]
    for root in roots:
        # "Raw" keeps jgo from importing the root's dependencyManagement: log4j-core's pins kafka-clients to 3.8.0.
        root.raw = True
    chosen, transitive = context.resolver.resolve(roots)
    pins = []
    for dependency in [*chosen, *transitive]:
        sha256 = hashlib.sha256(dependency.artifact.resolve().read_bytes()).hexdigest()
        pins.append(PinnedJar(dependency.groupId, dependency.artifactId, dependency.version, sha256))
    return sorted(pins, key=lambda pin: pin.coordinate)


def render(pins: list[PinnedJar]) -> str:
    """The lock file's text. Raises ValueError when the closure mixes Kafka versions."""
    header = (
        f"# Apache Kafka {kafka_version(pins)}: the whole class path, `group:artifact:version sha256`.\n"
        f"# Written by `python -m bankrails_local_kafka.pin {kafka_version(pins)}`; do not edit by hand.\n"
    )
    return header + "".join(f"{pin.coordinate} {pin.sha256}\n" for pin in pins)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bankrails_local_kafka.pin", description=__doc__)
    parser.add_argument("version", help="Apache Kafka version, such as 4.3.1")
    parser.add_argument("--log4j", default=LOG4J_VERSION)
    arguments = parser.parse_args()
    pins = resolve(arguments.version, arguments.log4j)
    LOCK.write_text(render(pins), encoding="utf-8")
    print(f"{LOCK}: {len(pins)} jars at Kafka {arguments.version}")


if __name__ == "__main__":
    main()
