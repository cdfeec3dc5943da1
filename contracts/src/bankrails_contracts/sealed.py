"""A sealed field: a compact JWE (ECDH-ES, A256GCM) to the receiving service's public key.

This module knows the shape alone. Any JOSE library seals; the service's keys are at `/.well-known/jwks.json`, and the
key id (`kid`) must be in the protected header, since keys rotate.
"""

import re
from typing import Annotated, Any, TypeAlias, get_args

from pydantic import AfterValidator, BaseModel, WithJsonSchema

from bankrails_contracts.nesting import models_in

COMPACT_JWE_PATTERN = r"^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
"""Header, encrypted key (empty with ECDH-ES), nonce, ciphertext, tag. `eyJ` is how base64url writes `{"`."""

_COMPACT_JWE = re.compile(COMPACT_JWE_PATTERN.removesuffix("$"))


class SealedMarker:
    """Marks a field whose value must never travel, rest or be shown in the clear."""


def is_compact_jwe(value: object) -> bool:
    """True when `value` has the five parts of a compact JWE and a header that begins as JSON does (`eyJ`)."""
    return isinstance(value, str) and _COMPACT_JWE.fullmatch(value) is not None


def _compact(value: str) -> str:
    if not is_compact_jwe(value):
        raise ValueError("must be sealed: a compact JWE to the service's public key")
    return value


Sealed: TypeAlias = Annotated[
    str,
    SealedMarker(),
    AfterValidator(_compact),
    WithJsonSchema({"type": "string", "pattern": COMPACT_JWE_PATTERN, "x-sealed": True}),
]


def sealed_paths(model: type[BaseModel], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every sealed field in `model`, nested models (and members of unions) included.

    A list takes no step of its own in a path: `("answers",)` is each of the answers.
    """
    paths: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        here = (*prefix, name)
        if _is_marked(field.metadata) or _holds_marker(field.annotation):
            paths.append(here)
        for nested in models_in(field.annotation):
            paths.extend(path for path in sealed_paths(nested, here) if path not in paths)
    return paths


def in_clear(model: type[BaseModel], data: Any) -> list[str]:
    """Dotted paths of the sealed fields of `model` that `data`, parsed JSON, carries unsealed. Never the values.

    Works on data that break the contract otherwise: a secret must be found before anything else is said of a body.
    """
    return [".".join(path) for path in sealed_paths(model) if any(not is_compact_jwe(v) for v in _values(data, path))]


def _values(data: Any, path: tuple[str, ...]) -> list[Any]:
    if isinstance(data, list):
        return [found for item in data for found in _values(item, path)]
    if not path:
        return [] if data is None else [data]
    return _values(data[path[0]], path[1:]) if isinstance(data, dict) and path[0] in data else []


def _is_marked(metadata: object) -> bool:
    return isinstance(metadata, list | tuple) and any(isinstance(mark, SealedMarker) for mark in metadata)


def _holds_marker(annotation: object) -> bool:
    """Pydantic lifts the marker of a bare `Sealed` into the field's metadata, but not that of `Sealed | None`."""
    return _is_marked(getattr(annotation, "__metadata__", ())) or any(_holds_marker(a) for a in get_args(annotation))
