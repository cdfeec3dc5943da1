"""AsyncAPI 3.0 documents, one per service: its channels, who sends what on them, and what answers what.

Made of the registry, the topics and the samples, committed under `contracts/asyncapi` beside the schemas that they
refer to, for tools that draw, mock and generate.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from bankrails_contracts import schema
from bankrails_contracts.message import Kind, Message, Service, import_all, messages
from bankrails_contracts.sealed import sealed_paths
from bankrails_contracts.topics import Channel, Topic, channel_of, topics_of

SAMPLES = schema.COMMITTED.parent / "samples"
PAYLOAD_FORMAT = "application/schema+json;version=draft-07"
"""The one JSON Schema draft that every AsyncAPI tool must read. The schemas call themselves 2020-12, and use no keyword
that the two drafts read differently (`test_asyncapi.py`). Source: AsyncAPI 3.0.0, Multi Format Schema Object."""
KAFKA_BINDING = "0.5.0"
DEAD_LETTER = "DeadLetter.v1"
ALWAYS_ANSWERS = ("CommandRefused", "CommandParked")

Document = dict[str, Any]


def generate(samples: Path = SAMPLES) -> dict[PurePosixPath, Document]:
    """Every service's document by its path below `contracts/asyncapi`; also of a service that has no message yet."""
    import_all()
    return {PurePosixPath(f"{service}.json"): _document(service, samples) for service in Service}


def _document(service: Service, samples: Path) -> Document:
    models = list(messages(service))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Bankrails {service}",
            "version": "1",
            "description": _INFO.format(service=service),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.channel.value: _channel(topic, models) for topic in topics_of(service)},
        "operations": _operations(models),
        "components": {
            "messages": {
                **{_name(model): _message(model, samples) for model in models},
                DEAD_LETTER: _dead_letter(service, samples),
            },
            "schemas": {"CommandHeaders": _headers(), "EventHeaders": _headers(*_EVERY_EVENT)},
        },
    }


_INFO = """CloudEvents 1.0 over Kafka. Messages are versioned one by one, by the `.v1` of their type.

The documents show binary mode: attributes in `ce_` headers, the message as JSON in the value. A command may also come \
in structured mode (`application/cloudevents+json`, schema `../schemas/Envelope.v1.json`); events are always binary.

The key is the aggregate's id and the partitioner is Java's murmur2, or an aggregate's messages lose their order.

Every command is answered by an event whose `ce_causationid` is the command's `ce_id`. Fields marked `x-sealed` hold a \
compact JWE (ECDH-ES, A256GCM) to a key of {service}-service, from its `/.well-known/jwks.json`, or of the reader that \
the field's description names."""

_CHANNELS = {
    Channel.COMMANDS: "What anybody may ask. Each is answered on the events channel; what cannot be read, in a dead letter.",
    Channel.EVENTS: "What has happened. At least once: drop an event whose ce_sequence is not above the last one seen for its"
    " ce_source and ce_subject.",
    Channel.DEAD_LETTERS: "Records that can never succeed: coordinates, hash and reason, never the body in the clear.",
}

_EVERY_EVENT = ("ce_time", "ce_subject", "ce_correlationid", "ce_causationid", "content-type")


def _channel(topic: Topic, models: Iterable[type[Message]]) -> Document:
    if topic.channel is Channel.DEAD_LETTERS:
        names = [DEAD_LETTER]
    else:
        names = [_name(model) for model in models if channel_of(model.kind) is topic.channel]
    numbers = {name: int(text) for name, text in topic.config.items() if text.isdigit()}
    return {
        "address": topic.name,
        "description": _CHANNELS[topic.channel],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": topic.config["cleanup.policy"].split(","), **numbers},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _operations(models: list[type[Message]]) -> Document:
    made: Document = {
        f"receive{model.__name__}": {
            "action": "receive",
            "channel": {"$ref": "#/channels/commands"},
            "summary": _text_of(model).split("\n", 1)[0],
            "messages": [_in_channel(Channel.COMMANDS, _name(model))],
            "reply": _reply(model),
        }
        for model in models
        if model.kind is Kind.COMMAND
    }
    events = [_in_channel(Channel.EVENTS, _name(model)) for model in models if model.kind is Kind.EVENT]
    if events:
        made["sendEvents"] = {"action": "send", "channel": {"$ref": "#/channels/events"}, "messages": events}
    made["sendDeadLetters"] = {
        "action": "send",
        "channel": {"$ref": "#/channels/dead-letters"},
        "messages": [_in_channel(Channel.DEAD_LETTERS, DEAD_LETTER)],
    }
    return made


def _reply(command: type[Message]) -> Document:
    """Without messages, any of the channel's may be the answer."""
    answers = [_in_channel(Channel.EVENTS, _name(answer)) for answer in answers_of(command)]
    channel = {"$ref": "#/channels/events"}
    return {"channel": channel, "messages": answers} if answers else {"channel": channel}


def answers_of(command: type[Message]) -> list[type[Message]]:
    """The service's events that the description's `Answered by …` sentence names, and those that answer any command.

    Empty where the description has no such sentence.
    """
    said = re.findall(r"Answered by ([^.]*)", _text_of(command))
    if not said:
        return []
    named = {*re.findall(r"\w+", said[0]), *ALWAYS_ANSWERS}
    return [event for event in messages(command.service, Kind.EVENT) if event.__name__ in named]


def _message(model: type[Message], samples: Path) -> Document:
    path = schema.path_of(model)
    command = model.kind is Kind.COMMAND
    made: Document = {
        "name": model.type,
        "title": model.__name__,
        "contentType": "application/json",
        "headers": _headers_of(model.type, "CommandHeaders" if command else "EventHeaders"),
        "payload": _payload(path),
        "correlationId": {"location": "$message.header#/ce_id" if command else "$message.header#/ce_causationid"},
        "bindings": {"kafka": {"key": _key(model), "bindingVersion": KAFKA_BINDING}},
    }
    if text := _text_of(model):
        made["description"] = text
    if sealed := sealed_paths(model):
        made["x-sealed"] = [".".join(step) for step in sealed]
    if examples := [_example(name, sample) for name, sample in _samples(samples / path.with_suffix(""))]:
        made["examples"] = examples
    return made


def _dead_letter(service: Service, samples: Path) -> Document:
    return {
        "name": f"bankrails.{service}.dead-letter.v1",
        "title": "DeadLetter",
        "contentType": "application/json",
        "headers": _headers_of(f"bankrails.{service}.dead-letter.v1", "CommandHeaders"),
        "payload": _payload(PurePosixPath(f"{DEAD_LETTER}.json")),
        "examples": [{"name": name, "payload": sample} for name, sample in _samples(samples / DEAD_LETTER)],
    }


def _payload(path: PurePosixPath) -> Document:
    return {"schemaFormat": PAYLOAD_FORMAT, "schema": {"$ref": f"../schemas/{path}"}}


def _headers(*required: str) -> Document:
    """Binary mode's, as the envelope of structured mode has them."""
    envelope = schema.envelope()
    attributes = {
        f"ce_{name}": part for name, part in envelope["properties"].items() if name not in ("data", "datacontenttype")
    }
    del attributes["ce_type"]["pattern"]  # each message says its own type
    needed = [f"ce_{name}" for name in envelope["required"] if name != "data"]
    return {
        "type": "object",
        "properties": {**attributes, "content-type": {"type": "string", "const": "application/json"}},
        "required": [*needed, *required],
    }


def _headers_of(message_type: str, kind: str) -> Document:
    named = {"properties": {"ce_type": {"const": message_type}}}
    return {"type": "object", "allOf": [{"$ref": f"#/components/schemas/{kind}"}, named]}


def _key(model: type[Message]) -> Document:
    if model.key is not Message.key:
        text = f"{model.aggregate_field} where the payload has it; else the id that it has in its place."
        return {"type": "string", "description": text}
    field = model.model_json_schema()["properties"][model.aggregate_field]
    shape = {name: value for name, value in field.items() if name in ("type", "pattern", "minLength", "maxLength")}
    return {**shape, "description": f"{model.aggregate_field}, as in the payload."}


def _samples(folder: Path) -> list[tuple[str, Any]]:
    return [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]


def _example(name: str, event: dict[str, Any]) -> Document:
    """A sample lies there in structured mode."""
    headers = {f"ce_{field}": text for field, text in event.items() if field not in ("data", "datacontenttype")}
    return {
        "name": name,
        "headers": {**headers, "content-type": event["datacontenttype"]},
        "payload": event["data"],
    }


def _in_channel(channel: Channel, name: str) -> Document:
    return {"$ref": f"#/channels/{channel}/messages/{name}"}


def _name(model: type[Message]) -> str:
    return schema.path_of(model).stem


@cache
def _text_of(model: type[Message]) -> str:
    return str(schema.of_message(model).get("description", ""))
