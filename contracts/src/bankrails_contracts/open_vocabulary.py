"""Vocabularies of events that grow: a reader built today must still read the word that is added tomorrow."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Vocabulary = TypeVar("Vocabulary", bound=StrEnum)


@dataclass(frozen=True)
class _KnownValues:
    """Shows any text in the schema, with today's words beside it as `x-known-values`."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        for option in handler(core)["anyOf"]:
            words = handler.resolve_ref_schema(option)
            if "enum" in words or "const" in words:
                return {"type": "string", "x-known-values": words.get("enum", [words.get("const")])}
        raise TypeError("Open is for a StrEnum")


Open: TypeAlias = Annotated[Vocabulary | str, Field(union_mode="left_to_right"), _KnownValues()]
"""A member where the word is known, plain text where it is not. For events alone; a command's words are closed."""
