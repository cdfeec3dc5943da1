"""One story out of all records: from what was read to the lines that are shown. No I/O."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bankrails_contracts.message import REGISTRY, Kind
from bankrails_contracts.sealed import in_clear

from bankrails_cli.facts import facts
from bankrails_cli.kinship import Kinship, Thing
from bankrails_cli.told import NOES, TROUBLE, Told

NOT_SHOWN = "in the clear, not shown"


@dataclass(frozen=True)
class Entry:
    real_time: datetime
    """Kafka's."""
    virtual_time: datetime | None
    """The suite's: when the service says that it was. None where nothing is said, as of most commands."""
    service: str
    """Who states it, or is asked."""
    kind: str
    """`command`, `event`, or `record` for what no contract describes."""
    name: str
    about: str | None
    sequence: int | None
    id: str | None
    causation_id: str | None
    correlation_id: str | None
    ids: dict[str, str]
    """Of what it speaks: payer, bank account, vendor's payment."""
    facts: str
    """Masked: without sealed or personal values."""
    refused: bool
    trouble: bool
    again: bool
    """A copy of an earlier line: the same source and id."""


def timeline(id_: str, records: Sequence[Told]) -> list[Entry]:
    """In the order in which Kafka got them; empty where nothing is known of that id."""
    kinship = Kinship(records)
    things = kinship.story_of(id_)
    ours = [(told, kinship.about(told)) for told in _belonging(things, kinship, records)] if things else []
    return list(_entries(sorted(ours, key=lambda pair: _order(pair[0]))))


def _belonging(things: frozenset[Thing], kinship: Kinship, records: Sequence[Told]) -> Iterator[Told]:
    """About a thing of the story, by its contract or by its key; where nobody can say, by its correlation."""
    ids = {thing.id for thing in things}
    correlations = {told.correlation_id for told in records if kinship.about(told) in things} - {None}
    for told in records:
        match kinship.about(told):
            case None:
                belongs = told.correlation_id in correlations
            case Thing("", key):
                belongs = key in ids
            case thing:
                belongs = thing in things
        if belongs:
            yield told


def _order(told: Told) -> tuple[datetime, datetime, int]:
    """Services write within one millisecond of each other; then virtual time, and the aggregate's own count, decide."""
    sequence = told.envelope.sequence if told.envelope else None
    return told.at, told.stated_at, sequence or 0


def _entries(records: Iterable[tuple[Told, Thing | None]]) -> Iterator[Entry]:
    seen: set[tuple[str, str]] = set()
    for told, thing in records:
        envelope = told.envelope
        identity = None if envelope is None else (envelope.source, envelope.id)
        essential = _essential(told)
        yield Entry(
            real_time=told.at,
            virtual_time=told.stated_at if told.says_when else None,
            service=told.service,
            kind=_kind(told),
            name=told.name,
            about=thing.id if thing is not None else told.subject,
            sequence=None if envelope is None else envelope.sequence,
            id=None if envelope is None else envelope.id,
            causation_id=None if envelope is None else envelope.causationid,
            correlation_id=told.correlation_id,
            ids=dict(_ids(essential)),
            facts=facts(essential, besides=told.subject, with_ids=False),
            refused=told.name in NOES,
            trouble=told.name in TROUBLE,
            again=identity in seen,
        )
        if identity is not None:
            seen.add(identity)


def _kind(told: Told) -> str:
    model = None if told.envelope is None else REGISTRY.get(told.envelope.type)
    if model is not None:
        return "command" if model.kind is Kind.COMMAND else "event"
    return "event" if told.name in NOES else "record"


def _essential(told: Told) -> Any:
    """The fields that the contract knows, no secret among them. Of anything else nobody can say what is in it."""
    if told.name in NOES:
        return told.data
    model = None if told.envelope is None else REGISTRY.get(told.envelope.type)
    if model is None or not isinstance(told.data, dict):
        return None
    clear = {path.partition(".")[0] for path in in_clear(model, told.data)}
    known = {name: value for name, value in told.data.items() if name in model.model_fields}
    return {name: NOT_SHOWN if name in clear else value for name, value in known.items()}


def _ids(essential: Any) -> Iterator[tuple[str, str]]:
    if isinstance(essential, dict):
        yield from (
            (name, value) for name, value in essential.items() if name.endswith("_id") and isinstance(value, str)
        )
