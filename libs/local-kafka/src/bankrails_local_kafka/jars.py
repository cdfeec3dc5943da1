"""The class path: exactly the files that jars.lock pins, verified before every use."""

import hashlib
import os
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


def default_store() -> Path:
    """Where verified jars stay: BANKRAILS_KAFKA_JARS, else the user's cache directory."""
    if configured := os.environ.get("BANKRAILS_KAFKA_JARS"):
        return Path(configured)
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bankrails" / "kafka-jars"


def verified_jars(pins: Sequence[PinnedJar], *, store: Path | None = None, offline: bool | None = None) -> list[Path]:
    """The pinned files, fetched where missing; no network once all are in the store.

    `offline` defaults to JGO_OFFLINE. What Maven's own cache holds (M2_REPO, ~/.m2/repository) is copied from there.
    Raises JarMismatch for a file that is not the pinned one, JarsUnavailable when one cannot be had.
    """
    store = store or default_store()
    store.mkdir(parents=True, exist_ok=True)
    paths = [store / pin.file_name for pin in pins]
    if missing := [pin for pin, path in zip(pins, paths, strict=True) if not path.exists()]:
        # Here and not above: a start from the store, which is every start but the first, need not load jgo.
        from .fetch import fetch

        fetch(missing, store, offline=_jgo_offline() if offline is None else offline)
    for pin, path in zip(pins, paths, strict=True):
        pin.verify(path)
    return paths


def _jgo_offline() -> bool:
    return os.environ.get("JGO_OFFLINE", "").lower() in {"1", "true", "yes"}
