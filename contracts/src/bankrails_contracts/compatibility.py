"""Which differences between two JSON Schemas break somebody, and whom.

A schema is the set of documents that it accepts. A change narrows that set, widens it, or cannot be judged here:

- commands: others write, we read. Narrowing refuses what a sender may send today. Widening harms nobody.
- events: we write, others read. Widening sends old readers what they never agreed to read. Narrowing breaks new readers
  on the records that already lie in the topic and in archives. So neither is allowed; a vocabulary that is meant to
  grow is declared open from the start (`bankrails_contracts.open_vocabulary`).

An additional optional field is always fine, since readers ignore what they do not know. What is not understood here
counts as breaking: a false alarm costs a look, a missed break costs somebody's money.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bankrails_contracts.message import Kind

Schema = Mapping[str, Any]


class Effect(StrEnum):
    ADDED = "added"
    """A new optional field, or a text for people."""
    NARROWED = "narrowed"
    WIDENED = "widened"
    CHANGED = "changed"
    """Neither wider nor narrower, or beyond judgement."""


BREAKING = {
    Kind.COMMAND: frozenset({Effect.NARROWED, Effect.CHANGED}),
    Kind.EVENT: frozenset({Effect.NARROWED, Effect.WIDENED, Effect.CHANGED}),
}


@dataclass(frozen=True, slots=True)
class Change:
    path: str
    """Dotted, from the root `$`; `[]` steps into a list, `*` into the values of a map."""
    effect: Effect
    what: str


ANNOTATIONS = frozenset({"$id", "$schema", "title", "description", "examples", "x-known-values", "discriminator"})
"""Judged as text. `discriminator` only repeats what the branches' constants say."""

LOWER_LIMITS = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
UPPER_LIMITS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
RESTRICTIONS = frozenset({"pattern", "format"})
"""Present or absent can be judged; one against another cannot."""

_ABSENT = object()


def compare(old: Schema, new: Schema) -> list[Change]:
    """Every difference between two whole schemas, in order of path."""
    changes = set(_compare(_inlined(old, old), _inlined(new, new), "$"))
    return sorted(changes, key=lambda change: (change.path, change.effect, change.what))


def breaking(changes: list[Change], kind: Kind) -> list[Change]:
    return [change for change in changes if change.effect in BREAKING[kind]]


def _inlined(node: Any, root: Schema, within: tuple[str, ...] = ()) -> Any:
    """`node` with its references replaced by what they name, so that renaming a definition is no change.

    A definition that holds itself keeps its inner reference, which is then compared by name.
    """
    if isinstance(node, list):
        return [_inlined(item, root, within) for item in node]
    if not isinstance(node, dict):
        return node
    name = node.get("$ref")
    if isinstance(name, str) and name not in within:
        target = root["$defs"][name.removeprefix("#/$defs/")]
        node = {**target, **{key: item for key, item in node.items() if key != "$ref"}}
        within = (*within, name)
    return {key: _inlined(item, root, within) for key, item in node.items() if key != "$defs"}


def _compare(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    if old == new:
        return
    if old.get("default", _ABSENT) != new.get("default", _ABSENT) and "default" in old:
        yield Change(path, Effect.CHANGED, "what leaving it out means (default) changed")
    yield from _compare_branches(_branches(old), _branches(new), path)


def _branches(schema: Schema) -> list[Schema]:
    """The alternatives of a schema, none of them a union at its own top."""
    for word in ("anyOf", "oneOf"):
        if word in schema:
            around = {key: item for key, item in schema.items() if key not in (word, "default", *ANNOTATIONS)}
            return [leaf for option in schema[word] for leaf in _branches({**around, **option})]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": name} for name in schema["type"]]
    return [schema]


def _compare_branches(old: list[Schema], new: list[Schema], path: str) -> Iterator[Change]:
    if len(old) == len(new) == 1 and _signature(old[0])[0] == _signature(new[0])[0]:
        yield from _compare_branch(old[0], new[0], path)
        return
    pairs: defaultdict[tuple[str, ...], tuple[list[Schema], list[Schema]]] = defaultdict(lambda: ([], []))
    for side, branches in enumerate((old, new)):
        for branch in branches:
            pairs[_signature(branch)][side].append(branch)
    for signature, (before, after) in pairs.items():
        shown = " ".join(signature)
        if not after:
            yield Change(path, Effect.NARROWED, f"type {shown} removed")
        elif not before:
            yield Change(path, Effect.WIDENED, f"type {shown} added")
        elif len(before) == len(after) == 1:
            yield from _compare_branch(before[0], after[0], path)
        elif before != after:
            yield Change(path, Effect.CHANGED, f"alternatives of type {shown} changed")


def _signature(branch: Schema) -> tuple[str, ...]:
    """What two versions of one branch of a union have in common: its JSON type and, where it has one, its tag."""
    name = branch.get("type", "of any kind")
    tags = [f"{field}={part['const']}" for field, part in branch.get("properties", {}).items() if "const" in part]
    return ("number" if name == "integer" else name, *tags)


def _compare_branch(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    yield from _compare_types(old.get("type"), new.get("type"), path)
    yield from _compare_words(_words(old), _words(new), path)
    yield from _compare_fields(old, new, path)
    yield from _compare_nested(old.get("items", {}), new.get("items", {}), f"{path}[]")
    yield from _compare_nested(old.get("additionalProperties", {}), new.get("additionalProperties", {}), f"{path}.*")
    seen_above = {"type", "enum", "const", "properties", "required", "items", "additionalProperties", "default"}
    for keyword in sorted((old.keys() | new.keys()) - seen_above):
        yield from _compare_keyword(keyword, old.get(keyword, _ABSENT), new.get(keyword, _ABSENT), path)


def _compare_types(old: object, new: object, path: str) -> Iterator[Change]:
    if (old, new) == ("integer", "number"):
        yield Change(path, Effect.WIDENED, "type integer became number")
    elif (old, new) == ("number", "integer"):
        yield Change(path, Effect.NARROWED, "type number became integer")


def _words(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _compare_words(old: list[Any] | None, new: list[Any] | None, path: str) -> Iterator[Change]:
    if old is None and new is not None:
        yield Change(path, Effect.NARROWED, f"now one of {new}")
    elif old is not None and new is None:
        yield Change(path, Effect.WIDENED, f"no longer one of {old}")
    elif old is not None and new is not None:
        for word in [word for word in old if word not in new]:
            yield Change(path, Effect.NARROWED, f"value {word!r} removed")
        for word in [word for word in new if word not in old]:
            yield Change(path, Effect.WIDENED, f"value {word!r} added")


def _compare_fields(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        # Its values would be dropped unread, which neither a sender nor a reader has agreed to.
        yield Change(f"{path}.{name}", Effect.CHANGED, "field removed")
    for name in after.keys() - before.keys():
        if name in new.get("required", ()):
            yield Change(f"{path}.{name}", Effect.NARROWED, "new required field")
        else:
            yield Change(f"{path}.{name}", Effect.ADDED, "new optional field")
    for name in before.keys() & after.keys():
        was, is_now = name in old.get("required", ()), name in new.get("required", ())
        if was and not is_now:
            yield Change(f"{path}.{name}", Effect.WIDENED, "required field became optional")
        elif is_now and not was:
            yield Change(f"{path}.{name}", Effect.NARROWED, "optional field became required")
        yield from _compare(before[name], after[name], f"{path}.{name}")


def _compare_nested(old: Schema | bool, new: Schema | bool, path: str) -> Iterator[Change]:
    """`True` and an absent schema accept everything, `False` nothing."""
    if (old if old is not True else {}) == (new if new is not True else {}):
        return
    if old is False or new in (True, {}):
        yield Change(path, Effect.WIDENED, "accepts more")
    elif new is False or old in (True, {}):
        yield Change(path, Effect.NARROWED, "accepts less")
    elif not isinstance(old, bool) and not isinstance(new, bool):
        yield from _compare(old, new, path)


def _compare_keyword(keyword: str, old: Any, new: Any, path: str) -> Iterator[Change]:
    if old == new:
        return
    if keyword in ANNOTATIONS:
        yield Change(path, Effect.ADDED, f"{keyword} changed")
    elif keyword in LOWER_LIMITS | UPPER_LIMITS | RESTRICTIONS and old is _ABSENT:
        yield Change(path, Effect.NARROWED, f"{keyword} {new} added")
    elif keyword in LOWER_LIMITS | UPPER_LIMITS | RESTRICTIONS and new is _ABSENT:
        yield Change(path, Effect.WIDENED, f"{keyword} {old} removed")
    elif keyword in LOWER_LIMITS | UPPER_LIMITS:
        tighter = new > old if keyword in LOWER_LIMITS else new < old
        yield Change(path, Effect.NARROWED if tighter else Effect.WIDENED, f"{keyword} {old} became {new}")
    else:
        yield Change(path, Effect.CHANGED, f"{keyword} changed")
