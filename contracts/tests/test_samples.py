"""The second net under the schemas: real messages, kept for ever, that every later version must still read."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts.answers import DeadLetter
from bankrails_contracts.envelope import read
from bankrails_contracts.message import REGISTRY, Kind, Message, import_all, messages
from bankrails_contracts.sealed import in_clear
from pydantic import TypeAdapter

import_all()
ROOT = Path(__file__).parents[1] / "samples"
SAMPLES = sorted(ROOT.glob("*/*.v*/*.json"))
DEAD_LETTERS = sorted(ROOT.glob("DeadLetter.v1/*.json"))


def folder_of(model: type[Message]) -> Path:
    return ROOT / model.service / f"{model.message_name}.v{model.version}"


def survives(sample: Any, read_back: Any) -> bool:
    """True when all of `sample` is in `read_back`, which may have grown optional fields since."""
    if isinstance(sample, dict) and isinstance(read_back, dict):
        return all(name in read_back and survives(item, read_back[name]) for name, item in sample.items())
    if isinstance(sample, list) and isinstance(read_back, list) and len(sample) == len(read_back):
        return all(survives(item, kept) for item, kept in zip(sample, read_back, strict=True))
    return bool(sample == read_back)


def test_every_message_has_a_sample() -> None:
    """A message without one could change unseen, together with its schema."""
    assert [model.type for model in messages() if not list(folder_of(model).glob("*.json"))] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sample_still_parses(path: Path) -> None:
    """Records like these lie in topics, archives and other people's tests."""
    envelope, body = read([], path.read_bytes())
    assert envelope.type in REGISTRY, f"{envelope.type} is gone, and its samples are for ever"
    model = REGISTRY[envelope.type]
    assert path.parent == folder_of(model)
    message = model.model_validate_json(body)
    assert in_clear(model, json.loads(body)) == []
    assert model.model_validate_json(message.model_dump_json()) == message
    if model.kind is Kind.COMMAND:
        assert envelope.subject == message.key
        assert envelope.sequence is None
    else:
        assert envelope.causationid is not None
        assert envelope.sequence is not None or envelope.subject == envelope.causationid
        assert model.model_validate(message.model_dump()) == message


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_field_of_a_sample_is_kept(path: Path) -> None:
    """A renamed optional field still parses, as an unknown one, and its value is lost without a sound."""
    envelope, body = read([], path.read_bytes())
    message = REGISTRY[envelope.type].model_validate_json(body)
    kept = json.loads(message.model_dump_json())
    sample = json.loads(body, object_hook=_instants_as_pydantic_writes_them)
    assert survives(sample, kept)


def test_dead_letter_samples_still_parse() -> None:
    """Operators' tools read these records long after they were written."""
    assert DEAD_LETTERS
    for path in DEAD_LETTERS:
        kept = json.loads(DeadLetter.model_validate_json(path.read_bytes()).model_dump_json())
        assert survives(json.loads(path.read_bytes(), object_hook=_instants_as_pydantic_writes_them), kept)


def _instants_as_pydantic_writes_them(found: dict[str, Any]) -> dict[str, Any]:
    """Fractions of a second with six digits, for the fields that hold an instant."""
    written = TypeAdapter(datetime)
    return {
        name: json.loads(written.dump_json(datetime.fromisoformat(item)))
        if isinstance(item, str) and (name.endswith("_at") or name in ("since", "not_after"))
        else item
        for name, item in found.items()
    }
