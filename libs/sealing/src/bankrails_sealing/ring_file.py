"""A key ring that lives in a file and is followed there while a service runs.

The file is the truth at every moment: another process may have rotated, or retired a key, a moment ago. So each use of
the ring looks whether the file was replaced, which costs one stat (2 µs, beside 100 µs for opening a seal).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Self

from bankrails_sealing.errors import KeyFileUnusable, SealError
from bankrails_sealing.key_file import FileIdentity, document_of, identity, read_document, ring_of, write_document
from bankrails_sealing.key_ring import KeyRing, KeyState, RingKey


class RingFile(ABC):
    """Any number of readers, one writer: rotation is an operator's act, done in one place."""

    # What a value under a key that is not in the ring, or no longer opens, is refused with.
    _unknown: type[SealError]
    _retired: type[SealError]
    _ring: KeyRing
    _identity: FileIdentity | None
    _fault: str | None

    def __init__(self, path: Path) -> None:
        """Raises KeyFileUnusable."""
        self._path: Final = path
        self._read()

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Raises KeyFileUnusable when the file is missing, malformed or contradicts itself."""
        return cls(Path(path))

    @classmethod
    def generate(cls, path: Path | str) -> Self:
        """A new file (mode 0600) with one active key. Raises KeyFileUnusable when the file exists."""
        document = document_of(KeyRing((cls._new_key(),))) | cls._new_members()
        write_document(Path(path), document, replacing=False)
        return cls(Path(path))

    def __repr__(self) -> str:
        keys = ", ".join(f"{key.kid}: {key.state}" for key in self._ring)
        return f"{type(self).__name__}({str(self._path)!r}, {keys})"

    def states(self) -> dict[str, KeyState]:
        """By key id, newest first."""
        self._follow()
        return {key.kid: key.state for key in self._ring}

    def rotate(self) -> str:
        """A new active key, in the file before anything is written under it; its key id. Raises KeyFileUnusable."""
        fresh = self._new_key()
        self._write(lambda ring: ring.rotated(fresh))
        return fresh.kid

    def retire(self, kid: str) -> None:
        """Erases the secret part for good. Raises ValueError for the active key and for one not in the ring."""
        self._write(lambda ring: ring.retired(kid))

    def reload(self) -> None:
        """Raises KeyFileUnusable when the file, as it is now, cannot be used; the old keys go on. Fit for readiness."""
        self._follow()
        if self._fault is not None:
            raise KeyFileUnusable(self._path, self._fault)

    @classmethod
    @abstractmethod
    def _new_key(cls) -> RingKey:
        """An active key."""

    @classmethod
    def _new_members(cls) -> dict[str, object]:
        """What a new file holds beside the ring."""
        return {}

    @abstractmethod
    def _adopt(self, ring: KeyRing, document: Mapping[str, object]) -> None:
        """Turns the file's keys into usable ones, all or none. Raises KeyFileUnusable."""

    def _usable(self, kid: str) -> RingKey:
        self._follow()
        key = self._ring.find(kid)
        if key is None:
            self.reload()
            raise self._unknown(kid)
        if key.state is KeyState.RETIRED:
            raise self._retired(kid)
        return key

    def _write(self, change: Callable[[KeyRing], KeyRing]) -> None:
        # From the file, not from memory: what another process rotated since we loaded must not be lost.
        document = read_document(self._path)
        changed = change(ring_of(self._path, document))
        write_document(self._path, document | document_of(changed), replacing=True)
        self._read()

    def _follow(self) -> None:
        # A file that went bad is held against unknown keys only: what the known ones can open need not wait for it.
        seen = identity(self._path)
        if seen != self._identity:
            try:
                self._read()
            except KeyFileUnusable as error:
                self._fault, self._identity = error.reason, seen

    def _read(self) -> None:
        # Taken before reading: a file replaced in between is then read once too often, never once too seldom.
        seen = identity(self._path)
        document = read_document(self._path)
        ring = ring_of(self._path, document)
        self._adopt(ring, document)
        self._ring = ring
        self._identity = seen
        self._fault = None
