import json
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest
from bankrails_contracts import asyncapi, schema
from bankrails_contracts.__main__ import main
from bankrails_contracts.committed import documents_stale
from bankrails_contracts.message import Kind, Service, import_all, messages
from bankrails_contracts.payments import CollectPayment
from bankrails_contracts.topics import topics_of

import_all()
COMMITTED = schema.COMMITTED.parent / "asyncapi"
GENERATED = asyncapi.generate()
PAYMENTS = GENERATED[PurePosixPath("payments.json")]
OFFICIAL = json.loads((Path(__file__).parent / "asyncapi-3.0.0.schema.json").read_text())

READ_DIFFERENTLY_BY_DRAFT_07 = {
    *("$dynamicRef", "$dynamicAnchor", "$anchor", "prefixItems", "unevaluatedItems", "unevaluatedProperties"),
    *("dependentRequired", "dependentSchemas", "minContains", "maxContains", "definitions", "dependencies"),
}

by_service = pytest.mark.parametrize("service", Service)


def document_of(service: Service) -> Any:
    return GENERATED[PurePosixPath(f"{service}.json")]


def nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in nodes(item)]
    return [node, *nodes(list(node.values()))] if isinstance(node, dict) else []


def target(document: Any, reference: str) -> Any:
    """What `reference` names, in the document or in a file beside it. Raises KeyError, OSError."""
    file, _, pointer = reference.partition("#")
    found = json.loads((COMMITTED / file).read_text()) if file else document
    for step in pointer.split("/")[1:]:
        found = found[step]
    return found


def as_read(document: Any, node: Any) -> Any:
    """`node` with the document's own references replaced by what they name."""
    if isinstance(node, list):
        return [as_read(document, item) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref", "")
    return (
        as_read(document, target(document, reference))
        if reference.startswith("#")
        else {name: as_read(document, item) for name, item in node.items()}
    )


def test_the_committed_documents_are_those_of_the_contracts() -> None:
    """Tools read the files. If this fails: export, and look at the difference."""
    assert documents_stale(COMMITTED, GENERATED) == []
    assert {path.name for path in COMMITTED.iterdir()} == {path.name for path in GENERATED}


@by_service
def test_a_document_is_asyncapi_3(service: Service) -> None:
    """By AsyncAPI's own schema: a document that only our eyes can read serves nobody."""
    jsonschema.Draft7Validator(OFFICIAL).validate(document_of(service))


@by_service
def test_every_reference_leads_somewhere(service: Service) -> None:
    """The payloads lie in the schemas' files, and files move."""
    document = document_of(service)
    for node in nodes(document):
        if "$ref" in node:
            assert target(document, node["$ref"])


@by_service
def test_a_document_has_the_services_messages_and_topics(service: Service) -> None:
    """Whoever generates a client from it must find all of them, and no other's."""
    document = document_of(service)
    names = {f"{model.message_name}.v{model.version}" for model in messages(service)}
    assert document["components"]["messages"].keys() == {*names, "DeadLetter.v1"}
    for topic in topics_of(service):
        channel = document["channels"][topic.channel.value]
        kafka = channel["bindings"]["kafka"]
        assert (channel["address"], kafka["partitions"]) == (topic.name, topic.partitions)
        assert kafka["topicConfiguration"]["retention.ms"] == topic.retention.total_seconds() * 1000
    carried = [name for channel in document["channels"].values() for name in channel["messages"]]
    assert sorted(carried) == sorted({*names, "DeadLetter.v1"})


@by_service
def test_every_command_is_received_and_every_event_sent(service: Service) -> None:
    """A message without an operation is one that no generated client handles."""
    operations = document_of(service)["operations"].values()
    for action, kind, channel in (("receive", Kind.COMMAND, "commands"), ("send", Kind.EVENT, "events")):
        told = [each["$ref"] for made in operations if made["action"] == action for each in made["messages"]]
        names = [f"{model.message_name}.v{model.version}" for model in messages(service, kind)]
        expected = {f"#/channels/{channel}/messages/{name}" for name in names}
        assert expected == {reference for reference in told if "dead-letters" not in reference}


@pytest.mark.parametrize("command", list(messages(kind=Kind.COMMAND)), ids=lambda model: model.type)
def test_the_answers_to_a_command_are_those_that_its_text_names(command: type[Any]) -> None:
    """The text is for people, the reply for tools; a command without that sentence may be answered by any event."""
    answers = [event.message_name for event in asyncapi.answers_of(command)]
    reply = document_of(command.service)["operations"][f"receive{command.__name__}"]["reply"]
    assert ("Answered by" in (command.__doc__ or "")) == bool(answers) == ("messages" in reply)
    assert not answers or {"CommandRefused", "CommandParked"} < set(answers)


def test_a_collected_payment_is_answered_by_its_acceptance() -> None:
    """Once written out by hand, so that the rule above is seen to say something."""
    assert PAYMENTS["operations"]["receiveCollectPayment"]["reply"] == {
        "channel": {"$ref": "#/channels/events"},
        "messages": [
            {"$ref": "#/channels/events/messages/CommandParked.v1"},
            {"$ref": "#/channels/events/messages/CommandRefused.v1"},
            {"$ref": "#/channels/events/messages/PaymentAccepted.v1"},
        ],
    }


def test_sealed_fields_are_marked() -> None:
    """A mock that fills an account number with digits would be refused in earnest."""
    assert PAYMENTS["components"]["messages"]["RegisterBankAccount.v1"]["x-sealed"] == ["account.account_number"]
    assert "x-sealed" not in PAYMENTS["components"]["messages"]["CollectPayment.v1"]


def test_the_key_has_the_shape_of_the_field_it_repeats() -> None:
    """A key that is not the aggregate's id is refused."""
    key = PAYMENTS["components"]["messages"]["CollectPayment.v1"]["bindings"]["kafka"]["key"]
    field = schema.of_message(CollectPayment)["properties"][CollectPayment.aggregate_field]
    assert key["pattern"] == field["pattern"]


@by_service
def test_every_example_is_a_message_as_described(service: Service) -> None:
    """Headers and payload; examples are what people copy."""
    document = document_of(service)
    for message in document["components"]["messages"].values():
        payload = target(document, message["payload"]["schema"]["$ref"])
        headers = as_read(document, message["headers"])
        for example in message.get("examples", []):
            jsonschema.Draft202012Validator(payload).validate(example["payload"])
            if "headers" in example:
                jsonschema.Draft7Validator(headers).validate(example["headers"])


def test_the_payloads_mean_the_same_in_both_drafts() -> None:
    """They are declared as draft-07, which every tool reads, and call themselves 2020-12."""
    for path, made in schema.generate().items():
        if path.name == "Envelope.v1.json":
            continue  # no payload of these documents
        jsonschema.Draft7Validator.check_schema(made)
        for node in nodes(made):
            assert not node.keys() & READ_DIFFERENTLY_BY_DRAFT_07, path
            # Draft-07 ignores whatever stands beside a reference.
            assert "$ref" not in node or node.keys() <= {"$ref", "description", "default"}, path


def test_a_service_without_messages_has_its_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics come before messages."""
    monkeypatch.setattr(asyncapi, "messages", lambda *_: iter(()))
    document = asyncapi.generate(tmp_path)[PurePosixPath("auth.json")]
    jsonschema.Draft7Validator(OFFICIAL).validate(document)
    assert document["operations"].keys() == {"sendDeadLetters"}


def test_the_official_schema_says_no() -> None:
    """It was shortened, so it is shown that it still refuses."""
    broken = json.loads(schema.text(PAYMENTS))
    broken["channels"]["commands"]["bindings"]["kafka"]["partitions"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(OFFICIAL).validate(broken)


def test_a_stale_document_is_found_and_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A topic's retention stands in the documents alone, so the schemas would not show its change."""
    (tmp_path / "schemas").mkdir()
    where = ["--directory", str(tmp_path / "schemas")]
    assert main(["export", *where]) == 0
    assert main(["check", *where]) == 0
    document = tmp_path / "asyncapi/payments.json"
    document.write_text(document.read_text().replace('"partitions": 12', '"partitions": 24'))
    capsys.readouterr()
    assert main(["check", *where]) == 1
    assert "asyncapi/payments.json: changed" in capsys.readouterr().out
    assert main(["export", *where]) == 0
    assert "wrote asyncapi/payments.json" in capsys.readouterr().out
    assert main(["check", *where]) == 0
