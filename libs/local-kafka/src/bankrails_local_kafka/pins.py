"""What jars.lock pins: which file, of which version, with which content."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from .errors import JarMismatch


@dataclass(frozen=True)
class PinnedJar:
    """`sha256` is in lower-case hexadecimal digits."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        """`group:artifact:version`, as Maven writes it."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def verify(self, path: Path) -> None:
        """Raises JarMismatch unless `path` is the pinned file, byte for byte."""
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if actual != self.sha256:
            raise JarMismatch(path, expected=self.sha256, actual=actual)


def read_lock(text: str | None = None) -> tuple[PinnedJar, ...]:
    """The pins in class-path order; without `text`, those of the committed jars.lock.

    One line each: `group:artifact:version sha256`. Lines that start with `#` are for people.
    """
    if text is None:
        text = files(__package__).joinpath("jars.lock").read_text(encoding="utf-8")
    pins = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            coordinate, sha256 = line.split()
            group, artifact, version = coordinate.split(":")
            pins.append(PinnedJar(group, artifact, version, sha256))
    return tuple(pins)


def kafka_version(pins: Sequence[PinnedJar]) -> str:
    """The one version of all Apache Kafka jars. Raises ValueError when they differ: such a broker breaks late."""
    versions = {pin.version for pin in pins if pin.group == "org.apache.kafka"}
    if len(versions) != 1:
        raise ValueError(f"jars.lock mixes Kafka versions: {sorted(versions)}")
    return versions.pop()
