"""The vendor's answer to an update, a lock, an unlock or an archiving."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from bankrails_contracts.accounts import (
    ArchiveExternalAccount,
    CommandRefused,
    LockExternalAccount,
    UnlockExternalAccount,
    UpdateExternalAccount,
)
from bankrails_contracts.message import Command, Event
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.vendor_fault import REFUSALS, Fault
from accounts_service.handlers.archive_external_account import ARCHIVE_AT_HELIX, archived
from accounts_service.handlers.facts import lock_seen
from accounts_service.handlers.lock_external_account import LOCK_AT_HELIX, locked
from accounts_service.handlers.placed import Placed, load_placed
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import answered
from accounts_service.handlers.unlock_external_account import UNLOCK_AT_HELIX, unlocked
from accounts_service.handlers.update_external_account import UPDATE_AT_HELIX, updated
from accounts_service.handlers.watching import look_now
from accounts_service.ports import Reads

LOCKED_THERE = (Fault.LOCKED, Fault.LOCKED_BY_ADMIN)
NOT_ARCHIVED = (Result.REJECTED, Result.EXHAUSTED)
"""Nothing happened: the day's place is free again."""

Done = Callable[[Outcome, ExternalAccount, datetime], Decision]


def decide(outcome: Outcome, placed: Placed, now: datetime, command: type[Command], done: Done) -> Decision:
    account = answered(placed.account)
    if outcome.result is Result.ANSWERED and "fault" not in outcome.answer:
        return done(outcome, account, now)
    given_back = _given_back(outcome, placed)
    if outcome.result is not Result.ANSWERED:
        no = refused(CommandRefused, outcome, command, account)
        # What became of it the vendor's own record tells.
        looks = (look_now(account),) if outcome.result is Result.UNKNOWN else ()
        return replace(no, work=looks, also=given_back)
    fault, reason = Fault(outcome.answer["fault"]), outcome.answer["reason"]
    account, events = _learned(account, fault, now)
    code, field = REFUSALS[fault]
    no = refused(CommandRefused, outcome, command, account, code=code, reason=reason, field=field)
    return Decision(account, (*events, *no.events), (look_now(account),), also=given_back)


def _learned(account: ExternalAccount, fault: Fault, now: datetime) -> tuple[ExternalAccount, tuple[Event, ...]]:
    """A no that says that it is locked there."""
    if fault not in LOCKED_THERE:
        return account, ()
    if account.locked:
        return replace(account, locked_by_vendor=True), ()
    return lock_seen(account, locked=True, reason=None, locked_at=now, now=now)


def _given_back(outcome: Outcome, placed: Placed) -> tuple[Decision, ...]:
    definite = outcome.result in NOT_ARCHIVED or outcome.answer.get("fault") is not None
    if outcome.kind != ARCHIVE_AT_HELIX or not definite:
        return ()
    after = placed.customer.archived_nothing(date.fromisoformat(outcome.payload["day"]))
    return () if after is placed.customer else (Decision(after),)


def _updated(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    return updated(account, outcome.payload["changes"], now)


def _locked(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    return locked(account, outcome.payload["reason"], now)


def _unlocked(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    return unlocked(account, now)


def _archived(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    return archived(account, now)


ANSWERS: tuple[tuple[str, type[Command], Done], ...] = (
    (UPDATE_AT_HELIX, UpdateExternalAccount, _updated),
    (LOCK_AT_HELIX, LockExternalAccount, _locked),
    (UNLOCK_AT_HELIX, UnlockExternalAccount, _unlocked),
    (ARCHIVE_AT_HELIX, ArchiveExternalAccount, _archived),
)


def answerings(rules: Rules) -> list[Answering[Placed]]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Placed]:
        return load_placed(reads, [outcome.key for outcome in outcomes], rules)

    def on(command: type[Command], done: Done) -> Callable[[Outcome, Placed, datetime], Decision]:
        return lambda outcome, placed, now: decide(outcome, placed, now, command, done)

    return [Answering(kind, command, load, on(command, done)) for kind, command, done in ANSWERS]
