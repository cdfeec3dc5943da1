import copy
from collections.abc import Callable
from typing import Any

import pytest
from bankrails_contracts.compatibility import Effect, breaking, compare
from bankrails_contracts.message import Kind

Schema = dict[str, Any]
Edit = Callable[[Schema], object]

NULL = {"type": "null"}
BASE: Schema = {
    "$defs": {
        "Money": {
            "type": "object",
            "properties": {
                "amount_minor": {"type": "integer", "exclusiveMinimum": 0, "maximum": 999},
                "currency": {"$ref": "#/$defs/Currency"},
            },
            "required": ["amount_minor", "currency"],
        },
        "Currency": {"type": "string", "enum": ["CAD", "USD"]},
        "Ca": {
            "type": "object",
            "properties": {"country": {"type": "string", "const": "CA"}, "transit": {"type": "string"}},
            "required": ["country", "transit"],
        },
        "Us": {
            "type": "object",
            "properties": {"country": {"type": "string", "const": "US"}, "routing": {"type": "string"}},
            "required": ["country", "routing"],
        },
    },
    "title": "CollectPayment",
    "type": "object",
    "x-key": "payment_id",
    "properties": {
        "payment_id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 64},
        "amount": {"$ref": "#/$defs/Money"},
        "account": {"oneOf": [{"$ref": "#/$defs/Ca"}, {"$ref": "#/$defs/Us"}]},
        "secret": {"type": "string", "x-sealed": True},
        "note": {"anyOf": [{"type": "string"}, NULL], "default": None},
        "at": {"anyOf": [{"type": "string", "format": "date-time"}, NULL], "default": None},
        "days": {"type": "integer", "default": 10},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}},
        "extra": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["payment_id", "amount", "account", "secret"],
}


def changes(edit: Edit, base: Schema = BASE) -> list[tuple[str, Effect]]:
    after = copy.deepcopy(base)
    edit(after)
    return [(change.path, change.effect) for change in compare(base, after)]


def at(*steps: str) -> Callable[[Schema], Any]:
    def follow(schema: Schema) -> Any:
        for step in steps:
            schema = schema[step]
        return schema

    return follow


fields, money = at("properties"), at("$defs", "Money", "properties")

NARROWED: list[tuple[str, str, Edit]] = [
    (
        "a new required field",
        "$.why",
        lambda s: (fields(s).update(why={"type": "string"}), s["required"].append("why")),
    ),
    ("an optional field made required", "$.note", lambda s: s["required"].append("note")),
    ("a type removed from a union", "$.note", lambda s: fields(s).update(note={"type": "string", "default": None})),
    ("a member removed from a tagged union", "$.account", lambda s: fields(s)["account"]["oneOf"].pop()),
    ("a value removed", "$.amount.currency", lambda s: s["$defs"]["Currency"]["enum"].pop()),
    ("values where any text was fine", "$.secret", lambda s: fields(s)["secret"].update(enum=["a"])),
    ("a lower maximum", "$.amount.amount_minor", lambda s: money(s)["amount_minor"].update(maximum=99)),
    ("a higher minimum", "$.amount.amount_minor", lambda s: money(s)["amount_minor"].update(exclusiveMinimum=1)),
    ("a new minimum length", "$.payment_id", lambda s: fields(s)["payment_id"].update(minLength=2)),
    ("a shorter maximum length", "$.payment_id", lambda s: fields(s)["payment_id"].update(maxLength=63)),
    ("a new pattern", "$.secret", lambda s: fields(s)["secret"].update(pattern="^a$")),
    ("a new format", "$.note", lambda s: fields(s)["note"]["anyOf"][0].update(format="email")),
    ("a shorter item", "$.tags[]", lambda s: fields(s)["tags"]["items"].update(maxLength=4)),
    ("a closed object", "$.*", lambda s: s.update(additionalProperties=False)),
    ("a limit inside a map", "$.extra.*", lambda s: fields(s)["extra"]["additionalProperties"].update(maxLength=4)),
]
WIDENED: list[tuple[str, str, Edit]] = [
    ("a required field made optional", "$.secret", lambda s: s["required"].remove("secret")),
    ("a type added", "$.days", lambda s: fields(s)["days"].update(type=["integer", "string"])),
    ("null added", "$.secret", lambda s: fields(s).update(secret={"anyOf": [fields(s)["secret"], NULL]})),
    ("a value added", "$.amount.currency", lambda s: s["$defs"]["Currency"]["enum"].append("EUR")),
    ("values no longer listed", "$.amount.currency", lambda s: s["$defs"]["Currency"].pop("enum")),
    ("a fraction where a whole number was", "$.days", lambda s: fields(s)["days"].update(type="number")),
    ("a higher maximum", "$.amount.amount_minor", lambda s: money(s)["amount_minor"].update(maximum=9999)),
    ("a pattern gone", "$.payment_id", lambda s: fields(s)["payment_id"].pop("pattern")),
    ("a limit gone", "$.payment_id", lambda s: fields(s)["payment_id"].pop("maxLength")),
    ("any value in a map", "$.extra.*", lambda s: fields(s)["extra"].pop("additionalProperties")),
]
CHANGED: list[tuple[str, str, Edit]] = [
    ("a required field removed", "$.secret", lambda s: (fields(s).pop("secret"), s["required"].remove("secret"))),
    ("an optional field removed", "$.note", lambda s: fields(s).pop("note")),
    ("a field of a nested model removed", "$.amount.currency", lambda s: money(s).pop("currency")),
    (
        "a field of a union's member removed",
        "$.account.transit",
        lambda s: s["$defs"]["Ca"]["properties"].pop("transit"),
    ),
    ("another pattern", "$.payment_id", lambda s: fields(s)["payment_id"].update(pattern="^[a-z0-9]+$")),
    ("another format", "$.at", lambda s: fields(s)["at"]["anyOf"][0].update(format="date")),
    ("a secret no longer sealed", "$.secret", lambda s: fields(s)["secret"].pop("x-sealed")),
    ("another key", "$", lambda s: s.update({"x-key": "payer_id"})),
    ("another default", "$.days", lambda s: fields(s)["days"].update(default=5)),
    ("a keyword that is not understood", "$.days", lambda s: fields(s)["days"].update(multipleOf=5)),
]
HARMLESS: list[tuple[str, str, Edit]] = [
    ("a new optional field", "$.why", lambda s: fields(s).update(why={"type": "string", "default": "x"})),
    ("another description", "$.note", lambda s: fields(s)["note"]["anyOf"][0].update(description="for people")),
    ("another title", "$", lambda s: s.update(title="T")),
    (
        "a word more in an open vocabulary",
        "$.note",
        lambda s: fields(s)["note"]["anyOf"][0].update({"x-known-values": ["A"]}),
    ),
]


def named(cases: list[tuple[str, str, Edit]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("path", "edit"), [case[1:] for case in cases], ids=[case[0] for case in cases])


def breaks(edit: Edit, kind: Kind) -> list[str]:
    after = copy.deepcopy(BASE)
    edit(after)
    return [change.path for change in breaking(compare(BASE, after), kind)]


@named(NARROWED)
def test_narrowing_breaks_those_who_send_commands_and_those_who_keep_events(path: str, edit: Edit) -> None:
    """A sender is refused what was fine; an event already in the topic can no longer be read."""
    assert (path, Effect.NARROWED) in changes(edit)
    assert path in breaks(edit, Kind.COMMAND)
    assert path in breaks(edit, Kind.EVENT)


@named(WIDENED)
def test_widening_breaks_readers_of_events_alone(path: str, edit: Edit) -> None:
    """Nobody must use what a command newly allows; every consumer must read what an event newly says."""
    assert (path, Effect.WIDENED) in changes(edit)
    assert breaks(edit, Kind.COMMAND) == []
    assert path in breaks(edit, Kind.EVENT)


@named(CHANGED)
def test_what_is_neither_breaks_both(path: str, edit: Edit) -> None:
    """What cannot be judged counts as breaking: a look is cheaper than a lost field."""
    assert (path, Effect.CHANGED) in changes(edit)
    assert path in breaks(edit, Kind.COMMAND)
    assert path in breaks(edit, Kind.EVENT)


@named(HARMLESS)
def test_additions_and_words_for_people_break_nobody(path: str, edit: Edit) -> None:
    """Readers ignore what they do not know, which is how contracts grow."""
    assert changes(edit) == [(path, Effect.ADDED)]
    assert breaks(edit, Kind.COMMAND) == []
    assert breaks(edit, Kind.EVENT) == []


def test_another_type_altogether_breaks_both() -> None:
    """It is a narrowing and a widening at once."""
    found = changes(lambda s: fields(s)["days"].update(type="string"))
    assert found == [("$.days", Effect.NARROWED), ("$.days", Effect.WIDENED)]


def test_another_constant_breaks_both() -> None:
    """The envelope's specversion, for one."""
    base = {"type": "object", "properties": {"specversion": {"const": "1.0"}}}
    found = changes(lambda s: fields(s)["specversion"].update(const="2.0"), base)
    assert found == [("$.specversion", Effect.NARROWED), ("$.specversion", Effect.WIDENED)]


def test_a_new_optional_constant_is_still_an_addition() -> None:
    """It looks like another tag of a union, and there is no union."""
    base = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert changes(lambda s: fields(s).update(b={"const": 1}), base) == [("$.b", Effect.ADDED)]


def test_unions_of_untagged_objects_are_beyond_judgement() -> None:
    """Nothing says which branch became which."""
    one, two = ({"type": "object", "properties": {name: {"type": "string"}}} for name in "ab")
    base = {"anyOf": [one, two]}
    found = changes(lambda s: s["anyOf"][0]["properties"].update(c={"type": "string"}), base)
    assert found == [("$", Effect.CHANGED)]


def test_how_a_schema_is_written_does_not_matter() -> None:
    """Definitions may be renamed, moved in line, and branches turned about."""

    def rewrite(schema: Schema) -> None:
        definitions = schema.pop("$defs")
        schema["$defs"] = {"Renamed": definitions["Ca"], "Us": definitions["Us"]}
        fields(schema)["account"] = {"anyOf": [{"$ref": "#/$defs/Us"}, {"$ref": "#/$defs/Renamed"}]}
        inline = copy.deepcopy(definitions["Money"])
        inline["properties"]["currency"] = definitions["Currency"]
        fields(schema)["amount"] = inline
        fields(schema)["note"] = {"type": ["null", "string"], "default": None}

    assert changes(rewrite) == []


def test_a_definition_that_holds_itself_is_compared_once() -> None:
    """A tree of messages must not send the comparison round in circles."""
    base: Schema = {
        "$defs": {
            "Node": {"type": "object", "properties": {"child": {"$ref": "#/$defs/Node"}, "n": {"type": "integer"}}}
        },
        "$ref": "#/$defs/Node",
    }
    found = changes(lambda s: s["$defs"]["Node"]["properties"]["n"].update(maximum=3), base)
    assert ("$.n", Effect.NARROWED) in found
