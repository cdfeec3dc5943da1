"""Key rings on disk: a JWKS with one member of our own per key, `state`.

The file may be replaced at any time, by an operator or by an orchestrator's secret mount; readers notice by its
identity (inode, size, modification time).
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from bankrails_sealing.errors import KeyFileUnusable
from bankrails_sealing.key_ring import KID_SHAPE, SECRET_MEMBERS, KeyRing, KeyState, RingKey

FileIdentity: TypeAlias = tuple[int, int, int]

# A ring of a hundred keys is 25 KB. Anything beyond this was not written by us.
FILE_BYTES_MAX: Final = 1_000_000


def identity(path: Path) -> FileIdentity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def read_document(path: Path) -> dict[str, object]:
    """The parsed file. Raises KeyFileUnusable, never with any of its content."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise KeyFileUnusable(path, f"larger than {FILE_BYTES_MAX} bytes")
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise KeyFileUnusable(path, "does not exist") from None
    except OSError as error:
        raise KeyFileUnusable(path, error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise KeyFileUnusable(path, "is not UTF-8 text") from None
    document: object = None
    with suppress(json.JSONDecodeError, RecursionError):  # both carry the text, which holds private keys
        document = json.loads(text)
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise KeyFileUnusable(path, "is not a JWKS (a JSON object with a list `keys`)")
    return document


def ring_of(path: Path, document: Mapping[str, object]) -> KeyRing:
    """Raises KeyFileUnusable naming the key (by position) and what is wrong with it."""
    entries = document["keys"]
    assert isinstance(entries, list)  # noqa: S101 - read_document has checked it
    keys: list[RingKey] = []
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise KeyFileUnusable(path, f"keys[{position}] is not an object")
        kid, state = entry.get("kid"), entry.get("state")
        if not isinstance(kid, str) or not KID_SHAPE.fullmatch(kid):
            raise KeyFileUnusable(path, f"keys[{position}] has no usable `kid`")
        if state not in tuple(KeyState):
            raise KeyFileUnusable(path, f"key {kid} has no `state` among {', '.join(KeyState)}")
        key = RingKey(kid, KeyState(state), {name: value for name, value in entry.items() if name != "state"})
        if key.state is not KeyState.RETIRED and not any(name in entry for name in SECRET_MEMBERS):
            raise KeyFileUnusable(path, f"key {kid} is {key.state} but has no secret part")
        # A retired key that still has its secret part (retired by hand, say) must not open anything either.
        keys.append(key.erased() if key.state is KeyState.RETIRED else key)
    try:
        return KeyRing(tuple(keys))
    except ValueError as error:
        raise KeyFileUnusable(path, str(error)) from None


def document_of(ring: KeyRing) -> dict[str, object]:
    return {"keys": [{**key.jwk, "kid": key.kid, "state": key.state.value} for key in ring]}


def write_document(path: Path, document: Mapping[str, object], *, replacing: bool) -> None:
    """Whole or not at all, mode 0600. With `replacing` false an existing file is left alone: KeyFileUnusable."""
    text = json.dumps(document, indent=2) + "\n"
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp creates 0600
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if replacing:
                temporary.replace(path)
            else:
                os.link(temporary, path)  # unlike a rename, a link refuses to overwrite
        finally:
            temporary.unlink(missing_ok=True)
        # The new name must outlive a power cut as well: values sealed to a key that is lost are lost with it.
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except FileExistsError:
        raise KeyFileUnusable(path, "exists already; its keys may be in use") from None
    except OSError as error:
        raise KeyFileUnusable(path, error.strerror or "cannot be written") from None
