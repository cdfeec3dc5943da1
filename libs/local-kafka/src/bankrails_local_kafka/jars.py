"""The class path: exactly the files that jars.lock pins, verified before every use.

Each coordinate is fetched by itself, so no resolver is left anything to choose. (jgo's transitive one takes every root
for a bill of materials and so lets log4j-core's POM, which manages kafka-clients 3.8.0 for its own tests, win over
Kafka's.) A file enters the store by rename after its hash was found right: an interrupted download leaves nothing.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import requests
from jgo.constants import default_maven_repo
from jgo.maven import MavenContext

from .errors import JarMismatch, JarsUnavailable

PARALLEL_DOWNLOADS = 6  # enough to hide round trips, few enough that no repository takes offence
DOWNLOAD_TIMEOUT_SECONDS = 20  # between two bytes, not for a whole file


@dataclass(frozen=True)
class PinnedJar:
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
    """The one version that all Apache Kafka jars have. Raises ValueError when they differ: such a broker breaks late."""
    versions = {pin.version for pin in pins if pin.group == "org.apache.kafka"}
    if len(versions) != 1:
        raise ValueError(f"jars.lock mixes Kafka versions: {sorted(versions)}")
    return versions.pop()


def default_store() -> Path:
    """Where verified jars stay: BANKRAILS_KAFKA_JARS, else the user's cache directory."""
    if configured := os.environ.get("BANKRAILS_KAFKA_JARS"):
        return Path(configured)
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bankrails" / "kafka-jars"


def verified_jars(
    pins: Sequence[PinnedJar],
    *,
    store: Path | None = None,
    offline: bool | None = None,
    on_fetched: Callable[[int, int], None] = lambda done, total: None,
) -> list[Path]:
    """The pinned files, fetched where missing; no network once all are in the store.

    `offline` defaults to JGO_OFFLINE. `on_fetched(done, total)` is called after each file that had to be fetched.
    Raises JarMismatch for a file that is not the pinned one, JarsUnavailable when one cannot be had.
    """
    store = store or default_store()
    store.mkdir(parents=True, exist_ok=True)
    if offline is None:
        offline = os.environ.get("JGO_OFFLINE", "").lower() in {"1", "true", "yes"}
    missing = [pin for pin in pins if not (store / pin.file_name).exists()]
    if missing:
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=store) as scratch:
            context = MavenContext(
                repo_cache=Path(scratch),
                local_repos=[default_maven_repo()],
                timeout=DOWNLOAD_TIMEOUT_SECONDS,
                offline=offline,
            )
            with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
                fetched = pool.map(lambda pin: _fetch(pin, context, store), missing)
                for done, _ in enumerate(fetched, start=1):
                    on_fetched(done, len(missing))
    paths = [store / pin.file_name for pin in pins]
    for pin, path in zip(pins, paths, strict=True):
        _verify(pin, path)
    return paths


def _fetch(pin: PinnedJar, context: MavenContext, store: Path) -> None:
    try:
        found: Path = context.project(pin.group, pin.artifact).at_version(pin.version).artifact().resolve()
    except (requests.RequestException, RuntimeError, OSError) as error:
        raise JarsUnavailable(pin.coordinate, error) from error
    _verify(pin, found)
    # Copied within the store's file system first, so that the last step is a rename even when Maven's cache is elsewhere.
    with tempfile.NamedTemporaryFile(dir=context.repo_cache, suffix=".jar", delete=False) as copy:
        shutil.copyfile(found, copy.name)
    Path(copy.name).replace(store / pin.file_name)


def _verify(pin: PinnedJar, path: Path) -> None:
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != pin.sha256:
        raise JarMismatch(path, expected=pin.sha256, actual=actual)
