"""The committed schemas against the generated ones: what differs, and whom it would break.

The AsyncAPI documents are compared too. They say nothing that the schemas and topics do not, so a difference there
breaks nobody: the document is written again.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from bankrails_contracts import schema
from bankrails_contracts.compatibility import Change, Effect, breaking, compare
from bankrails_contracts.message import Kind


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    BROKEN = "broken"
    REMOVED = "removed"
    """Committed, and no model makes it any more. Breaks whoever uses it."""
    UNREADABLE = "unreadable"


BREAKS = frozenset({Status.BROKEN, Status.REMOVED, Status.UNREADABLE})


@dataclass(frozen=True)
class Difference:
    path: PurePosixPath
    status: Status
    changes: tuple[Change, ...] = ()
    """The breaking ones where it is broken, else all."""

    @property
    def breaks(self) -> bool:
        return self.status in BREAKS


Schemas = dict[PurePosixPath, dict[str, Any]]
"""Or documents: by path below their directory."""


def differences(directory: Path, generated: Schemas) -> list[Difference]:
    """What `directory` holds against `generated`, in order of path; empty when they are equal byte for byte."""
    committed = {PurePosixPath(path.relative_to(directory)) for path in directory.rglob("*.json")}
    found = [_difference(directory, path, generated.get(path)) for path in sorted(committed | generated.keys())]
    return [difference for difference in found if difference is not None]


def export(directory: Path, generated: Schemas) -> tuple[list[PurePosixPath], list[Difference]]:
    """Write what is new or compatibly changed. Returns what was written, and what stands in the way.

    Where anything would break, nothing at all is written.
    """
    found = differences(directory, generated)
    refused = [difference for difference in found if difference.breaks]
    if refused:
        return [], refused
    write(directory, generated, found)
    return [difference.path for difference in found], []


def documents_stale(directory: Path, generated: Schemas) -> list[Difference]:
    """The AsyncAPI documents in `directory` that are not byte for byte what the contracts make."""
    found = []
    for path, document in generated.items():
        file = directory / path
        if not file.exists():
            found.append(Difference(path, Status.NEW))
        elif file.read_text(encoding="utf-8") != schema.text(document):
            found.append(Difference(path, Status.CHANGED))
    return found


def write(directory: Path, generated: Schemas, found: list[Difference]) -> None:
    for difference in found:
        target = directory / difference.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(schema.text(generated[difference.path]), encoding="utf-8")


def _difference(directory: Path, path: PurePosixPath, generated: dict[str, Any] | None) -> Difference | None:
    file = directory / path
    if generated is None:
        return Difference(path, Status.REMOVED)
    if not file.exists():
        return Difference(path, Status.NEW)
    written = file.read_text(encoding="utf-8")
    if written == schema.text(generated):
        return None
    try:
        before = json.loads(written)
        changes = compare(before, generated)
        broken = breaking(changes, Kind(before["x-kind"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Difference(path, Status.UNREADABLE, (Change("$", Effect.CHANGED, f"not a schema of ours: {error!r}"),))
    return Difference(path, Status.BROKEN if broken else Status.CHANGED, tuple(broken or changes))
