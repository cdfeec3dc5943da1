"""Several aggregates changed by one fact: each once, in its latest form, with all that is said of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from bankrails_contracts.message import Command, Event
from bankrails_messaging.decisions import Decision, Work

S = TypeVar("S")


@dataclass
class Consequences:
    _changed: dict[tuple[type, str], Decision] = field(default_factory=dict)
    _commands: list[Command] = field(default_factory=list)

    def latest(self, snapshot: S) -> S:
        """As it is after what was said of it here already."""
        known = self._changed.get(_name(snapshot))
        return snapshot if known is None else known.aggregate

    def concerns(self, snapshot: Any) -> bool:
        return _name(snapshot) in self._changed

    def tells_of(self, snapshot: Any) -> bool:
        known = self._changed.get(_name(snapshot))
        return known is not None and known.events != ()

    def change(self, snapshot: Any, *events: Event, work: tuple[Work, ...] = ()) -> None:
        self.add(Decision(snapshot, events, work))

    def add(self, decision: Decision) -> None:
        """What is decided of an aggregate, as `latest` gave it, and of those that change with it."""
        for further in decision.also:
            self.add(further)
        for command in decision.commands:
            self.command(command)
        decision = replace(decision, also=(), commands=())
        name = _name(decision.aggregate)
        before = self._changed.get(name)
        if before is not None:
            events, work = (*before.events, *decision.events), (*before.work, *decision.work)
            decision = replace(decision, events=events, work=work)
        self._changed[name] = decision

    def command(self, command: Command) -> None:
        if command not in self._commands:
            self._commands.append(command)

    def decision(self, *, again_at: datetime | None = None) -> Decision:
        return Decision(also=tuple(self._changed.values()), commands=tuple(self._commands), again_at=again_at)


def _name(snapshot: Any) -> tuple[type, str]:
    return type(snapshot), snapshot.id
