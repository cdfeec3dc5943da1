"""One message on its way through the dispatcher: read into its contract, or into the refusal that answers it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command
from bankrails_contracts.violations import first_violation
from pydantic import ValidationError

from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome, Refusal, Result
from bankrails_messaging.rows import InboxRow
from bankrails_messaging.sorting import EVENT, INTERNAL

log = structlog.get_logger()


@dataclass(slots=True)
class Case:
    row: InboxRow
    told: bool = False
    """It stands behind a parked one and is only told so."""
    handling: Handling[Any, Any] | Answering[Any] | None = None
    message: Any = None
    verdict: Decision | Refusal | None = None
    bug: Exception | None = None


class Reader:
    def __init__(self, handlings: Iterable[Handling[Any, Any]], answerings: Iterable[Answering[Any]]) -> None:
        self._handlings: Mapping[str, Handling[Any, Any]] = {item.message.type: item for item in handlings}
        self._answerings: Mapping[str, Answering[Any]] = {item.kind: item for item in answerings}

    def asked_by(self, row: InboxRow) -> type[Command] | None:
        """The command that the outcome of a vendor call goes back to; None for anything else."""
        return self._answerings[row.type].command if row.kind == INTERNAL else None

    def read(self, case: Case) -> None:
        """Parse the body into its contract; what breaks it is refused by name."""
        row = case.row
        if row.kind == INTERNAL:
            case.handling = self._answerings[row.type]
            data = orjson.loads(row.body or "{}")
            data["result"] = Result(data["result"])
            case.message = Outcome(kind=row.type, key=row.key, command_id=row.causation_id or "", **data)
        elif row.kind == EVENT and (row.variant or row.type not in self._handlings):
            if row.variant:
                log.error("event.conflict", type=row.type, source=row.source, message_id=row.message_id)
            case.verdict = Decision()  # a fact cannot be refused; the first one of that id stands
        elif row.variant:
            case.verdict = Refusal(RefusalCode.ID_REUSED, "this id was used before with other content")
        elif row.refusal is not None:
            known = orjson.loads(row.refusal)
            case.verdict = Refusal(RefusalCode(known["code"]), known["reason"], known["field"])
        else:
            self._parse(case)

    def _parse(self, case: Case) -> None:
        handling = self._handlings.get(case.row.type)
        if handling is None:
            case.bug = LookupError("no handling for this type")
            return
        try:
            message = handling.message.model_validate_json(case.row.body or "")
        except ValidationError as error:
            broken = first_violation(handling.message, error)
            case.verdict = Refusal(RefusalCode.INVALID, broken.reason, broken.field)
            return
        if message.key != case.row.key:
            field = handling.message.aggregate_field
            case.verdict = Refusal(RefusalCode.KEY_MISMATCH, "the record's key is not the aggregate id", field)
            return
        case.handling, case.message = handling, message


def repeated(handling: Handling[Any, Any] | Answering[Any], situation: Any, row: InboxRow) -> Refusal | None:
    """The refusal of a creating command whose aggregate exists; this guard outlives the pruning of the inbox."""
    existing = handling.existing(situation) if isinstance(handling, Handling) and handling.existing else None
    if existing is None:
        return None
    if existing.content_hash == row.content_hash:
        return Refusal(RefusalCode.ALREADY_EXISTS, "it exists, made by the same content", about=existing)
    return Refusal(RefusalCode.CONFLICT, "it exists, made by other content", about=existing)
