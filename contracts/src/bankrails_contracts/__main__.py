"""`python -m bankrails_contracts export|check`: the committed JSON Schemas and AsyncAPI documents, written and compared.

Exit status: 0 when all is well, 1 when something differs (check) or would break (export), 2 for a wrong command line.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from bankrails_contracts import asyncapi, schema
from bankrails_contracts.committed import Difference, differences, documents_stale, export, write

BESIDE = (
    "A published message never changes in these ways: make a new version beside it (class <Name>V2, version = 2)."
    " A schema that nobody was ever given may be deleted and exported anew."
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    directory: Path = options.directory
    if not directory.is_dir():  # as beside an installed package, where export must not make one up
        print(f"{directory} is not there; name the schemas' directory with --directory", file=sys.stderr)
        return 2
    schemas, documents = schema.generate(), asyncapi.generate(directory.parent / "samples")
    beside = directory.parent / "asyncapi"
    if options.verb == "export":
        written, found = export(directory, schemas)
        if not found:
            stale = documents_stale(beside, documents)
            write(beside, documents, stale)
            written += [PurePosixPath("asyncapi", difference.path) for difference in stale]
        report: dict[str, Any] = {"written": [str(path) for path in written]}
        lines = [f"wrote {path}" for path in written] or ["nothing to write" if not found else "wrote nothing"]
    else:
        found = [
            *differences(directory, schemas),
            *(replace(each, path=PurePosixPath("asyncapi", each.path)) for each in documents_stale(beside, documents)),
        ]
        report = {"checked": len(schemas) + len(documents)}
        lines = [f"{len(schemas)} schemas, {len(documents)} AsyncAPI documents, {len(found)} differing"]
    breaks = any(difference.breaks for difference in found)
    if options.json:
        print(json.dumps({**report, "breaks": breaks, "differences": [_plain(difference) for difference in found]}))
    else:
        print("\n".join([*(line for difference in found for line in _lines(difference)), *lines]))
        if found:
            print(BESIDE if breaks else "Run `python -m bankrails_contracts export` and commit what it writes.")
    return 1 if found else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bankrails_contracts", description="The committed JSON Schemas and AsyncAPI documents."
    )
    parser.add_argument("verb", choices=("export", "check"), help="write them, or compare them with the models")
    parser.add_argument(
        "--directory",
        type=Path,
        default=schema.COMMITTED,
        help="the schemas'; the documents are beside it. Default: %(default)s",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser.parse_args(arguments)


def _lines(difference: Difference) -> list[str]:
    word = "BREAKS " if difference.breaks else ""
    head = f"{word}{difference.path}: {difference.status}"
    return [head, *(f"  {change.path}: {change.what} ({change.effect})" for change in difference.changes)]


def _plain(difference: Difference) -> dict[str, Any]:
    changes = [{"path": change.path, "effect": change.effect, "what": change.what} for change in difference.changes]
    return {
        "path": str(difference.path),
        "status": difference.status,
        "breaks": difference.breaks,
        "changes": changes,
    }


if __name__ == "__main__":
    sys.exit(main())
