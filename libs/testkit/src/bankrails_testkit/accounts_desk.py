"""accounts-service's own decisions on a real database in memory, one at a time, calling a Helix in memory: months pass in
milliseconds, and a test sees each answer before it asks the next thing.
"""

import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from accounts_service import wiring
from accounts_service.account_numbers import AccountNumbers
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.record_program import STANDING
from accounts_service.handlers.rules import Rules
from accounts_service.store.repositories import EXTERNAL_ACCOUNTS, REPOSITORIES, SqlReads
from accounts_service.store.tables import Row
from accounts_service.vendor.fake import FakeHelix
from bankrails_contracts.accounts import CommandParked, CommandRefused
from bankrails_contracts.message import Command, Event, Service
from bankrails_messaging.calls import LookFirstCall, NeverRepeatCall, VendorCall
from bankrails_messaging.cases import repeated
from bankrails_messaging.decisions import Decision, Outcome, Refusal, Result
from bankrails_messaging.enactment import Enactment
from bankrails_messaging.rows import Changes, InboxRow, from_micros, to_micros
from bankrails_messaging.sorting import COMMAND, EVENT, INTERNAL, content_hash
from bankrails_messaging.statements import Numbers, apply
from bankrails_messaging.tables import PathTable
from bankrails_messaging.work_row import WorkRow
from bankrails_sealing import SealingKeys, Vault, preferred_key, seal
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from sqlalchemy import create_engine

from bankrails_testkit.engine import START, Published

FOLLOWS_MAX = 1_000


@dataclass(frozen=True)
class Keys:
    """Made once: making them takes longer than a month of decisions."""

    own: SealingKeys
    payments: SealingKeys
    vault: Vault

    @classmethod
    def generate(cls, folder: Path) -> "Keys":
        for name in ("accounts.json", "payments.json"):
            SealingKeys.generate(folder / name)
        Vault.generate(folder / "vault.json")
        own, payments = (SealingKeys.load(folder / name) for name in ("accounts.json", "payments.json"))
        return cls(own, payments, Vault.load(folder / "vault.json"))

    def sealed(self, number: str) -> str:
        """To accounts-service."""
        return seal(number, preferred_key(self.own.jwks()))


class AccountsDesk:
    def __init__(self, keys: Keys, rules: Rules | None = None, *, reads_program: bool = True) -> None:
        self.keys, self.rules = keys, Rules(share=True) if rules is None else rules
        self.now = START
        self.helix = FakeHelix(lambda: self.now)
        self.published: list[Published] = []
        self.lost: dict[str, Callable[[Any], Exception]] = {}
        """By kind of work: what the next call of it ends in, after it was made."""
        self.away: set[str] = set()
        """Kinds of work whose calls reach nobody."""
        self._numbers, self._ids = Numbers(), itertools.count(1)
        self._work: dict[str, WorkRow] = {}
        self._inbox: deque[InboxRow] = deque()
        engine = create_engine("sqlite://")
        for metadata in (PathTable.metadata, Row.metadata):
            metadata.create_all(engine)
        self.connection = engine.connect()
        numbers = AccountNumbers(keys.own, keys.vault)
        self._handlings = {item.message.type: item for item in wiring.handlings(self.rules, numbers)}
        self._answerings = {item.kind: item for item in wiring.answerings(self.rules, numbers)}
        calls = wiring.helix_calls(self.helix, self._load, numbers)
        calls += wiring.share_calls(self._load, numbers, self._seal_to_payments)
        self._calls: dict[str, VendorCall] = {call.kind: call for call in calls}
        self._enactment = Enactment(Service.ACCOUNTS, REPOSITORIES, CommandRefused, CommandParked)
        if reads_program:
            row = WorkRow("program", STANDING.key, STANDING.kind, {}, STANDING.budget, 0, "", "", to_micros(START))
            self._work[row.id] = row
            self.run()

    def close(self) -> None:
        self.connection.close()

    # What a test does

    def send(self, command: Command) -> list[Published]:
        """The events that answer it, by the time that nothing more happens without time passing."""
        number = next(self._ids)
        self._receive(command, COMMAND, f"c{number}", "/tests")
        self.run()
        return [event for event in self.published if event.cause == f"c{number}"]

    def hear(self, event: Event, id: str | None = None) -> list[Published]:
        before = len(self.published)
        self._receive(event, EVENT, id or f"e{next(self._ids)}", f"/bankrails/{event.service}/test")
        self.run()
        return self.published[before:]

    def advance(self, by: timedelta) -> list[Published]:
        """From due time to due time; what was published meanwhile."""
        before, until = len(self.published), self.now + by
        while (due := self.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.run()
        self.now = until
        return self.published[before:]

    def next_due(self) -> datetime | None:
        return min((from_micros(row.due_at) for row in self._work.values()), default=None)

    def account(self, external_account_id: str) -> ExternalAccount:
        return EXTERNAL_ACCOUNTS.get_many(self.connection, [external_account_id])[external_account_id]

    def names(self, of: list[Published]) -> list[str]:
        return [event.name for event in of]

    # How it goes on

    def run(self) -> None:
        for _ in range(FOLLOWS_MAX):
            if self._inbox:
                self._decide(self._inbox.popleft())
                continue
            due = [row for row in self._work.values() if row.due_at <= to_micros(self.now)]
            if not due:
                return
            self._call(min(due, key=lambda row: (row.due_at, row.id)))
        raise AssertionError("it goes on for ever")

    def _receive(self, message: Command | Event, kind: str, id: str, source: str) -> None:
        body = message.model_dump_json(exclude_none=True)
        self._inbox.append(
            InboxRow(
                source=source,
                message_id=id,
                kind=kind,
                type=message.type,
                key=message.key,
                content_hash=content_hash(message.type, None, orjson.loads(body)),
                body=body,
                correlation_id=id,
                received_at=to_micros(self.now),
            )
        )

    def _decide(self, row: InboxRow) -> None:
        handling = self._handlings[row.type]
        message = handling.message.model_validate_json(row.body or "")
        (situation,) = handling.load(SqlReads(self.connection), [message])
        verdict = repeated(handling, situation, row) or handling.decide(message, situation, self.now)
        self._enact(row, verdict)

    def _call(self, work: WorkRow) -> None:
        call = self._calls[work.kind]
        result, answer, reason, found = _run(self._sent(call, work))
        outcome = Outcome(
            work.id, work.kind, work.key, work.causation_id, result, work.payload, answer, reason, found=found
        )
        answering = self._answerings[work.kind]
        (situation,) = answering.load(SqlReads(self.connection), [outcome])
        decision = answering.decide(outcome, situation, self.now)
        row = InboxRow(
            source="work",
            message_id=work.id,
            kind=INTERNAL,
            type=work.kind,
            key=work.key,
            content_hash="",
            body=None,
            correlation_id=work.correlation_id,
            received_at=to_micros(self.now),
            causation_id=work.causation_id,
        )
        self._enact(row, decision)
        if decision.again_at is None:
            del self._work[work.id]
        else:
            work.due_at = to_micros(decision.again_at)

    async def _sent(self, call: Any, work: WorkRow) -> tuple[Result, dict[str, Any], str, bool]:
        if work.kind in self.away:
            return Result.EXHAUSTED, {}, "nobody answers", False
        payload = orjson.loads(orjson.dumps(work.payload))
        try:
            if isinstance(call, LookFirstCall) and (effects := await call.look_up(payload, None)):
                return Result.ANSWERED, effects[0].answer, "", True
            answer = await call.send(payload)
            if (lost := self.lost.pop(work.kind, None)) is not None:
                raise lost(call)
        except VendorRejected as error:
            return Result.REJECTED, {}, error.reason, False
        except VendorUnavailable as error:
            return Result.EXHAUSTED, {}, error.reason, False
        except OutcomeUnknown as error:
            if isinstance(call, NeverRepeatCall):
                return Result.UNKNOWN, {}, str(error), False
            return await self._sent(call, work)
        return Result.ANSWERED, orjson.loads(orjson.dumps(answer)), "", False

    def _enact(self, row: InboxRow, verdict: Decision | Refusal) -> None:
        changes = Changes()
        self._enactment.enact(row, verdict, self.now, changes)
        for number, out in enumerate(changes.outbox, len(self.published) + 1):
            out.seq = number
        apply(self.connection, changes, {}, self._numbers)
        self.connection.commit()
        self.published += map(Published, changes.outbox)
        self._inbox.extend(changes.received)
        for work in changes.work_added:
            self._work[work.id] = replace(work)

    async def _load(self, external_account_id: str) -> ExternalAccount:
        return self.account(external_account_id)

    async def _seal_to_payments(self, number: str) -> str:
        return seal(number, preferred_key(self.keys.payments.jwks()))


def _run(work: Coroutine[Any, Any, tuple[Result, dict[str, Any], str, bool]]) -> Any:
    """Nothing in it waits for anything, so it needs no loop of its own."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise AssertionError("a call in memory waits for something")
