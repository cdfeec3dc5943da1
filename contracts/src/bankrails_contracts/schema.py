"""JSON Schema (2020-12) of every message, of the envelope in structured mode and of the dead-letter record.

Generated from the models, committed under `contracts/schemas`, for whoever reads and writes without this package.
"""

import ast
import inspect
import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bankrails_contracts.answers import DeadLetter
from bankrails_contracts.envelope import ATTRIBUTE_CHARACTERS_MAX, TYPE_PATTERN
from bankrails_contracts.message import Command, Event, Kind, Message, import_all, messages
from bankrails_contracts.topics import channel_of, topic_name

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMMITTED = Path(__file__).parents[2] / "schemas"
"""Where the schemas lie in a source tree; an installed package has none."""


def generate() -> dict[PurePosixPath, dict[str, Any]]:
    """Every schema by its path below the schemas' directory."""
    import_all()
    made = {path_of(model): of_message(model) for model in messages()}
    made[PurePosixPath("DeadLetter.v1.json")] = _whole(DeadLetter, "DeadLetter", {"x-kind": Kind.EVENT.value})
    made[PurePosixPath("Envelope.v1.json")] = envelope()
    return made


def path_of(model: type[Message]) -> PurePosixPath:
    return PurePosixPath(model.service.value, f"{model.message_name}.v{model.version}.json")


def text(schema: Mapping[str, Any]) -> str:
    """The committed form: keys sorted, so that moving a field in the source changes nothing."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def of_message(model: type[Message]) -> dict[str, Any]:
    facts = {
        "x-kind": model.kind.value,
        "x-type": model.type,
        "x-topic": topic_name(model.service, channel_of(model.kind)),
        "x-key": model.aggregate_field,
    }
    return _whole(model, model.message_name, facts)


def _whole(model: type[BaseModel], title: str, facts: Mapping[str, str]) -> dict[str, Any]:
    schema = model.model_json_schema(schema_generator=_Described)
    return {**schema, **facts, "$schema": DIALECT, "title": title}


class _Described(GenerateJsonSchema):
    """Pydantic's own, with the text under each field as its description and without titles that repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("description", None)
        described = [base for base in schema["cls"].__mro__ if base not in _ROOTS and base.__doc__]
        if described:
            made["description"] = inspect.getdoc(described[0])
        for name, part in made.get("properties", {}).items():
            texts = [_field_texts(base)[name] for base in schema["cls"].__mro__ if name in _field_texts(base)]
            if texts:
                part["description"] = texts[0]
        return made


_ROOTS = (Command, Event, Message, BaseModel, object)


def _field_texts(model: type) -> dict[str, str]:
    return _texts_by_class(model.__module__).get(model.__name__, {})


@cache
def _texts_by_class(module: str) -> dict[str, dict[str, str]]:
    """The string that stands under a field, by class and field: Python keeps none of it at run time."""
    if not module.startswith("bankrails_contracts."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: dict(_texts_under_fields(node)) for node in classes}


def _texts_under_fields(node: ast.ClassDef) -> list[tuple[str, str]]:
    return [
        (field.target.id, inspect.cleandoc(below.value.value))
        for field, below in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    ]


def envelope() -> dict[str, Any]:
    """By hand: the envelope is read from headers too, where there is no model, only text."""
    attribute = {"type": "string", "minLength": 1, "maxLength": ATTRIBUTE_CHARACTERS_MAX}

    def described(description: str, **more: Any) -> dict[str, Any]:
        return {**attribute, **more, "description": description}

    return {
        "$schema": DIALECT,
        "title": "Envelope",
        "description": "A CloudEvents 1.0 message in structured mode, the value of one Kafka record.",
        "x-kind": Kind.EVENT.value,  # read and written by everybody, so the stricter of the two rules holds
        "type": "object",
        "properties": {
            "specversion": {"type": "string", "const": "1.0"},
            "id": described("Unique per source. The same id with the same content is the same message, sent again."),
            "source": described("Who sends: a URI reference that names one system, such as /billing."),
            "type": described("bankrails.<service>.<message-name>.v<version>", pattern=_portable(TYPE_PATTERN.pattern)),
            "time": described("When the sender made the message.", format="date-time"),
            "subject": described("The aggregate's id; of a refusal that concerns none, the command's id."),
            "correlationid": described(
                "Groups everything that one intent set off. A command without one starts its own."
            ),
            "causationid": described("The id of the message that this one answers or follows from."),
            "sequence": described(
                "A whole number: the aggregate's counter. Drop an event that is not above the last one seen for its"
                " source and subject.",
                pattern="^[0-9]{1,19}$",
            ),
            "traceparent": described("W3C trace context."),
            "datacontenttype": {"type": "string", "const": "application/json"},
            "data": {"type": "object", "description": "The message, by the schema that type names."},
        },
        "required": ["specversion", "id", "source", "type", "data"],
    }


def _portable(pattern: str) -> str:
    """Without Python's own spelling of named groups."""
    return pattern.replace("?P<", "?<")
