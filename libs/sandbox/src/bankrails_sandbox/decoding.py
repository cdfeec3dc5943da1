"""Plain JSON or TOML values into frozen dataclasses, strictly: a misspelt fault or setting is an error, not a default.

Understands str, int, float, bool, datetime, enums, optional values, tuples and lists of one type, and dataclasses of
these. An `IntEnum` is written by its name in lower case (`"read_write"`), any other enum by its value.
"""

import dataclasses
import types
import typing
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, TypeVar

T = TypeVar("T")


class DecodingError(ValueError):
    """`where` is the path of the offending value, such as `helcim.merchants[0].country`."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where or 'body'}: {what}")
        self.where = where


def decode(kind: type[T], value: Any, where: str = "") -> T:
    """Raises DecodingError."""
    return typing.cast(T, _decode(kind, value, where))


def encode(value: Any) -> Any:
    """The inverse of `decode`, as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def _decode(kind: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (kind,) = [argument for argument in arguments if argument is not type(None)]
        return _decode(kind, value, where)
    if origin in (tuple, list):
        if not isinstance(value, list):
            raise DecodingError(where, "must be a list")
        return origin(_decode(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, value, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _decode_enum(kind, value, where)
    if kind is datetime:
        return _decode_instant(value, where)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DecodingError(where, f"must be {kind.__name__}, not {value!r:.80}")
    return value


def _decode_dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise DecodingError(where, "must be an object")
    hints = typing.get_type_hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}
    if unknown := sorted(value.keys() - names):
        raise DecodingError(where, f"knows no {', '.join(unknown)}; it knows {', '.join(sorted(names))}")
    prefix = f"{where}." if where else ""
    given = {name: _decode(hints[name], item, f"{prefix}{name}") for name, item in value.items()}
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise DecodingError(where, str(error)) from error


def _decode_enum(kind: type[Enum], value: Any, where: str) -> Enum:
    choices = {(member.name.lower() if issubclass(kind, IntEnum) else member.value): member for member in kind}
    try:
        return choices[value]
    except (KeyError, TypeError):
        raise DecodingError(where, f"must be one of {', '.join(map(str, choices))}, not {value!r:.80}") from None


def _decode_instant(value: Any, where: str) -> datetime:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise DecodingError(where, f"must be an ISO 8601 instant, not {value!r:.80}") from None
    if instant.tzinfo is None:
        raise DecodingError(where, "must carry an offset, such as Z")
    return instant
