"""The class path: exactly the files that jars.lock pins, verified before every use."""

import os
from collections.abc import Sequence
from pathlib import Path

from .pins import PinnedJar


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
