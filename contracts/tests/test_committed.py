import copy
import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from bankrails_contracts import asyncapi, schema
from bankrails_contracts.__main__ import main
from bankrails_contracts.committed import Schemas, Status, differences, export
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.message import import_all, messages

GENERATED = schema.generate()
COLLECT = PurePosixPath("payments/CollectPayment.v1.json")
SUBMITTED = PurePosixPath("payments/PaymentSubmitted.v1.json")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory in which today's schemas are committed."""
    written, refused = export(tmp_path / "schemas", GENERATED)
    assert len(written) == len(GENERATED)
    assert not refused
    return tmp_path / "schemas"


def tomorrow(path: PurePosixPath, *steps: str, **changes: Any) -> Schemas:
    """What the models would generate after `changes` at one place of one schema; None takes away."""
    made = copy.deepcopy(GENERATED)
    part: Any = made[path]
    for step in steps:
        part = part[step]
    for name, value in changes.items():
        if value is None:
            del part[name]
        else:
            part[name] = value
    return made


def test_the_committed_schemas_are_those_of_the_models() -> None:
    """Whoever reads the files reads what the services enforce. If this fails: export, and look at the difference."""
    assert differences(schema.COMMITTED, GENERATED) == []


def test_every_message_has_its_schema() -> None:
    """One file per message and version, and each says what a sender needs: type, topic, key."""
    import_all()
    for model in messages():
        made = GENERATED[schema.path_of(model)]
        assert made["x-type"] == model.type
        assert made["x-key"] in made["properties"]
        assert made["x-kind"] == model.kind


def test_fields_carry_their_text_as_description() -> None:
    """Readers in other languages have no docstrings."""
    not_after = GENERATED[COLLECT]["properties"]["not_after"]
    assert not_after["description"].startswith("No call is made to the bank after this time")
    refused = GENERATED[PurePosixPath("payments/CommandRefused.v1.json")]
    assert refused["description"].startswith("A refusal is an event")
    assert "dotted" in refused["properties"]["field"]["description"]


def test_the_envelope_schema_knows_every_attribute() -> None:
    """It is written by hand, so this holds it to the reader."""
    attributes = set(Envelope.__dataclass_fields__) | {"specversion", "datacontenttype", "data"}
    assert GENERATED[PurePosixPath("Envelope.v1.json")]["properties"].keys() == attributes


def test_generating_twice_gives_the_same_bytes() -> None:
    """Else every export would be a difference to look at."""
    again = schema.generate()
    assert {path: schema.text(made) for path, made in again.items()} == {
        path: schema.text(made) for path, made in GENERATED.items()
    }


def without_not_after() -> Schemas:
    return tomorrow(COLLECT, "properties", not_after=None)


def with_a_narrowed_type() -> Schemas:
    return tomorrow(COLLECT, "properties", external_account_id={"type": "string", "default": None})


def with_a_new_required_field() -> Schemas:
    made = tomorrow(COLLECT, "properties", branch={"type": "string"})
    made[COLLECT]["required"].append("branch")
    return made


def with_a_tighter_limit() -> Schemas:
    return tomorrow(COLLECT, "$defs", "Money", "properties", "amount_minor", maximum=999)


def with_a_currency_more_in_an_event() -> Schemas:
    return tomorrow(SUBMITTED, "$defs", "Currency", enum=["CAD", "USD", "EUR"])


@pytest.mark.parametrize(
    ("change", "path", "place"),
    [
        pytest.param(without_not_after, COLLECT, "$.not_after", id="a removed field"),
        pytest.param(with_a_narrowed_type, COLLECT, "$.external_account_id", id="a narrowed type"),
        pytest.param(with_a_new_required_field, COLLECT, "$.branch", id="a new required field"),
        pytest.param(with_a_tighter_limit, COLLECT, "$.amount.amount_minor", id="a tightened limit"),
        pytest.param(with_a_currency_more_in_an_event, SUBMITTED, "$.amount.currency", id="a value added to an event"),
    ],
)
def test_a_breaking_change_is_found_and_not_written(
    directory: Path, change: Callable[[], Schemas], path: PurePosixPath, place: str
) -> None:
    """The committed file is the promise; only a new version may say otherwise."""
    generated = change()
    before = (directory / path).read_text()
    (found,) = differences(directory, generated)
    assert (found.path, found.status) == (path, Status.BROKEN)
    assert [change.path for change in found.changes] == [place]
    written, refused = export(directory, generated)
    assert (written, refused) == ([], [found])
    assert (directory / path).read_text() == before


def test_a_removed_message_breaks_and_its_schema_stays(directory: Path) -> None:
    """Somebody still sends it or reads it."""
    generated = {path: made for path, made in GENERATED.items() if path != COLLECT}
    (found,) = differences(directory, generated)
    assert (found.path, found.status) == (COLLECT, Status.REMOVED)
    assert export(directory, generated)[0] == []
    assert (directory / COLLECT).exists()


def test_a_compatible_change_is_stale_until_exported(directory: Path) -> None:
    """A value more in a command harms nobody, and the file must still say it."""
    generated = tomorrow(COLLECT, "$defs", "Currency", enum=["CAD", "USD", "EUR"])
    (found,) = differences(directory, generated)
    assert found.status is Status.CHANGED
    assert export(directory, generated) == ([COLLECT], [])
    assert differences(directory, generated) == []


def test_a_second_version_is_new_beside_the_first(directory: Path) -> None:
    """The way out that the refusal names."""
    second = PurePosixPath("payments/CollectPayment.v2.json")
    generated = {**GENERATED, second: without_not_after()[COLLECT]}
    (found,) = differences(directory, generated)
    assert (found.path, found.status) == (second, Status.NEW)
    assert export(directory, generated) == ([second], [])


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"x-kind": "rumour"}', '{"x-kind":"event","properties":3}'])
def test_a_committed_file_that_cannot_be_read_breaks(directory: Path, text: str) -> None:
    """A conflict marker in a schema must not pass for a change that harms nobody."""
    (directory / COLLECT).write_text(text)
    (found,) = differences(directory, GENERATED)
    assert found.breaks


def test_the_command_line_reports_as_json(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Build scripts read it; people read the other form."""
    assert main(["export", "--directory", str(directory)]) == 0
    capsys.readouterr()
    assert main(["check", "--json", "--directory", str(directory)]) == 0
    checked = len(GENERATED) + len(asyncapi.generate())
    assert json.loads(capsys.readouterr().out) == {"checked": checked, "breaks": False, "differences": []}
    (directory / COLLECT).unlink()
    assert main(["check", "--json", "--directory", str(directory)]) == 1
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert found == {"path": str(COLLECT), "status": "new", "breaks": False, "changes": []}


def test_the_command_line_says_what_to_do(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failing build names the field, the reason and the way out."""
    committed = copy.deepcopy(GENERATED[COLLECT])
    committed["properties"]["memo"] = {"type": "string"}
    (directory / COLLECT).write_text(schema.text(committed))
    for verb in ("check", "export"):
        assert main([verb, "--directory", str(directory)]) == 1
        shown = capsys.readouterr().out
        assert "BREAKS payments/CollectPayment.v1.json" in shown
        assert "$.memo: field removed" in shown
        assert "make a new version beside it" in shown
    (directory / COLLECT).unlink()
    assert main(["export", "--directory", str(directory)]) == 0
    assert "wrote payments/CollectPayment.v1.json" in capsys.readouterr().out


def test_an_installed_package_asks_for_the_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The schemas lie in the source tree; writing them beside site-packages would help nobody."""
    for verb in ("check", "export"):
        assert main([verb, "--directory", str(tmp_path / "schemas")]) == 2
        assert "--directory" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
