"""Which things belong to one story: a payment, its payer and accounts, the login that proved them, its batch.

A thing is the name of its id's field and the id: two kinds may have the same id. Messages say what stands above what:

    payment → payer, bank account, external account, batch
    bank account → payer, external account; mandate → bank account; external account → connection

From where one starts, everything below belongs to the story (a payer's payments), then whatever stands above any of it (a
payment's payer), and the mandates of its bank accounts. What stands above brings nothing else from below: another
payment of the same payer is another story.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bankrails_contracts.message import REGISTRY

from bankrails_cli.told import NOES, Told


class Thing(NamedTuple):
    kind: str
    """`payment_id`; empty where a record has a key and nothing that can be read."""
    id: str


ABOVE = {
    "payment_id": ("payer_id", "bank_account_id", "external_account_id", "vendor_batch_id"),
    "bank_account_id": ("payer_id", "external_account_id"),
    "mandate_id": ("bank_account_id",),
    "external_account_id": ("connection_id",),
}
KINDS = {*ABOVE, *(kind for kinds in ABOVE.values() for kind in kinds)}


class Kinship:
    def __init__(self, records: Sequence[Told]) -> None:
        self._records = records
        answerable = [told for told in records if told.name not in NOES]
        self._by_id = {told.envelope.id: told for told in answerable if told.envelope is not None}
        self._by_place: dict[object, Told] = {(told.topic, told.partition, told.offset): told for told in answerable}

    def about(self, told: Told) -> Thing | None:
        """What the message is about; None where nobody can say. A no is about what its command is about."""
        model = None if told.envelope is None else REGISTRY.get(told.envelope.type)
        data = told.data if isinstance(told.data, dict) else {}
        if told.name in NOES:
            command = REGISTRY.get(str(data.get("command_type")))
            named = _thing("" if command is None else command.aggregate_field, data.get("aggregate_id"))
            answered = self._answered(told, data)
            return named or (None if answered is None else self.about(answered))
        named = None if model is None else _thing(model.aggregate_field, data.get(model.aggregate_field))
        return named or _thing("", told.key)

    def story_of(self, id_: str) -> frozenset[Thing]:
        """Empty where no record is about a thing with that id."""
        above: dict[Thing, set[Thing]] = {}
        for told in self._records:
            if (thing := self.about(told)) is not None and thing.kind in KINDS:
                above.setdefault(thing, set()).update(_above(thing, told))
        things = set(above) | {parent for parents in above.values() for parent in parents}
        found = _closure({thing for thing in things if thing.id == id_}, _turned(above))
        found = _closure(found, above)
        accounts = {thing for thing in found if thing.kind == "bank_account_id"}
        mandates = {thing for thing, parents in above.items() if thing.kind == "mandate_id" and parents & accounts}
        return frozenset(found | mandates)

    def _answered(self, told: Told, data: dict[str, Any]) -> Told | None:
        """The command, or the record that became a dead letter."""
        topic, partition, offset = data.get("topic"), data.get("partition"), data.get("offset")
        if isinstance(topic, str) and isinstance(partition, int) and isinstance(offset, int):
            return self._by_place.get((topic, partition, offset))
        return self._by_id.get(told.answers or "")


def _above(thing: Thing, told: Told) -> Iterator[Thing]:
    data = told.data if isinstance(told.data, dict) and told.name not in NOES else {}
    for name in ABOVE.get(thing.kind, ()):
        if (parent := _thing(name, data.get(name))) is not None:
            yield parent


def _turned(above: dict[Thing, set[Thing]]) -> dict[Thing, set[Thing]]:
    below: dict[Thing, set[Thing]] = {}
    for thing, parents in above.items():
        for parent in parents:
            below.setdefault(parent, set()).add(thing)
    return below


def _closure(start: set[Thing], ways: dict[Thing, set[Thing]]) -> set[Thing]:
    found, to_visit = set(start), list(start)
    while to_visit:
        new = ways.get(to_visit.pop(), set()) - found
        found |= new
        to_visit += new
    return found


def _thing(kind: str, id_: object) -> Thing | None:
    return Thing(kind, id_) if isinstance(id_, str) and id_ else None
