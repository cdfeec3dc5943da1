"""A command's body from the command line: JSON, then single fields set over it, then secrets sealed into it."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bankrails_contracts.message import Message
from bankrails_contracts.sealed import in_clear
from bankrails_contracts.violations import first_violation
from pydantic import ValidationError

from bankrails_cli.errors import Unusable

Schema = Mapping[str, Any]


def assembled(
    model: type[Message],
    text: str | None,
    *,
    settings: Iterable[str] = (),
    secrets: Iterable[str] = (),
    seal: Callable[[str], str],
) -> dict[str, Any]:
    """`settings` and `secrets` are `a.b=value`, or `a.0.b=value` into a list.

    Raises Unusable, never with a secret in its text.
    """
    try:
        body = json.loads(text) if text is not None else {}
    except ValueError as error:
        raise Unusable(f"the data are not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Unusable("the data are not a JSON object")
    for path, value in map(_split, settings):
        body = _with(body, path, value if _takes_text(model, path) else _parsed(value))
    for path, value in map(_split, secrets):
        body = _with(body, path, seal(value))
    return body


def check(model: type[Message], body: Mapping[str, Any]) -> None:
    """Raises Unusable with the field and the reason, as a refusal would name them."""
    if clear := in_clear(model, body):
        option = f"--seal {_spelt_out(model, clear[0])}=-"
        raise Unusable(f"{clear[0]} must be sealed: give it as {option}, and it is read and sealed")
    try:
        model.model_validate(body)
    except ValidationError as error:
        violation = first_violation(model, error)
        where = violation.field or model.message_name
        raise Unusable(f"{where}: {violation.reason} (--no-validate sends it all the same)") from None


def _split(setting: str) -> tuple[list[str], str]:
    name, equals, value = setting.partition("=")
    path = name.split(".")
    if not equals or not all(path):
        # The setting itself stays out of the text: it may be a secret with a forgotten name.
        raise Unusable("--set and --seal take FIELD=VALUE, such as amount.currency=CAD")
    return path, value


def _with(inner: Any, path: list[str], value: Any, place: int = 0) -> Any:
    """`inner` with the value at `path[place:]`; objects and lists are made where there was nothing."""
    if place == len(path):
        return value
    name = path[place]
    if inner is None:
        inner = [] if name.isdecimal() else {}
    if isinstance(inner, dict):
        return {**inner, name: _with(inner.get(name), path, value, place + 1)}
    if not isinstance(inner, list):
        raise Unusable(f"{'.'.join(path)}: {path[place - 1]} is not an object")
    if not name.isdecimal() or int(name) > len(inner):
        raise Unusable(f"{'.'.join(path)}: {name} is no next place in the list")
    number = int(name)
    there = inner[number] if number < len(inner) else None
    return [*inner[:number], _with(there, path, value, place + 1), *inner[number + 1 :]]


def _parsed(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _takes_text(model: type[Message], path: list[str]) -> bool:
    """Whether the contract has text at this path: `001` is an institution's number there, and 1 nobody's."""
    root = model.model_json_schema()
    found: list[Schema] = [root]
    for name in path:
        found = _below(root, found, name)
    return any(option.get("type") == "string" or "enum" in option for option in _options(root, found))


def _below(root: Schema, parts: list[Schema], name: str) -> list[Schema]:
    options = _options(root, parts)
    if name.isdecimal():
        return [option["items"] for option in options if "items" in option]
    return [option["properties"][name] for option in options if name in option.get("properties", {})]


def _spelt_out(model: type[Message], field: str) -> str:
    """The path as --seal takes it: a list takes a step, which a dotted path of the contracts leaves out."""
    root = model.model_json_schema()
    parts: list[Schema] = [root]
    steps: list[str] = []
    for name in field.split("."):
        if items := _below(root, parts, "0"):
            parts = items
            steps.append("0")
        parts = _below(root, parts, name)
        steps.append(name)
    return ".".join(steps)


def _options(root: Schema, parts: Iterable[Schema]) -> list[Schema]:
    """Each part, or what it refers to or offers a choice of."""
    options: list[Schema] = []
    for part in parts:
        if "$ref" in part:
            options += _options(root, [root["$defs"][part["$ref"].rpartition("/")[2]]])
        elif choices := (*part.get("oneOf", ()), *part.get("anyOf", ())):
            options += _options(root, choices)
        else:
            options.append(part)
    return options
