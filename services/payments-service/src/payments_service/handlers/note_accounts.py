"""accounts-service locks, unlocks, archives or corrects an external account: its bank accounts here follow."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import (
    ExternalAccountArchived,
    ExternalAccountCorrected,
    ExternalAccountLocked,
    ExternalAccountUnlocked,
)
from bankrails_messaging.decisions import Decision, Handling
from bankrails_messaging.unopened import Unopened

from payments_service.domain.bank_account import BankAccount, BankAccountState, Cause, OpenedNumber
from payments_service.domain.enrolment import Enrolment
from payments_service.domain.external_account import ExternalAccount, Standing
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.enrol import Reseal, correction
from payments_service.handlers.note_shared_account import NumberUnreadable, shared_account
from payments_service.handlers.register_bank_account import OpenNumber
from payments_service.handlers.standing_of_accounts import Surroundings, disable, enable, surroundings
from payments_service.ports import Reads

GONE = (BankAccountState.REMOVED, BankAccountState.REJECTED)
BY = "accounts-service"

Fact = ExternalAccountLocked | ExternalAccountUnlocked | ExternalAccountArchived


@dataclass(frozen=True)
class Situation:
    external: ExternalAccount
    accounts: Sequence[Surroundings]


@dataclass(frozen=True)
class Correction:
    external: ExternalAccount
    accounts: Sequence[BankAccount]
    enrolment: Enrolment | None
    number: OpenedNumber | Unopened


def decide(event: Fact, situation: Situation, now: datetime) -> Decision:
    external, into = situation.external, Consequences()
    live = [around for around in situation.accounts if around.account.state not in GONE]
    match event:
        case ExternalAccountArchived():
            into.change(replace(external, state=Standing.ARCHIVED))
            for around in live:
                disable(into, around, Cause.ARCHIVE, "the external account was archived", now)
        case ExternalAccountLocked():
            if external.state is Standing.OPEN:
                into.change(replace(external, state=Standing.LOCKED, reason=event.reason))
            for around in live:
                disable(into, around, Cause.LOCK, event.reason, now)
        case ExternalAccountUnlocked():
            if external.state is Standing.LOCKED:
                into.change(replace(external, state=Standing.OPEN, reason=""))
            for around in live:
                enable(into, around.account, [Cause.LOCK], BY)
    return into.decision()


def decide_corrected(event: ExternalAccountCorrected, situation: Correction, now: datetime, reseal: Reseal) -> Decision:
    """A corrected account is another one at the vendor, which changes none: registered beside the old, which serves on."""
    if isinstance(situation.number, Unopened):
        raise NumberUnreadable(situation.number.reason)
    corrected = shared_account(event, situation.number)
    into = Consequences()
    into.change(replace(situation.external, corrected=asdict(corrected)))
    if situation.enrolment is not None:
        into.change(situation.enrolment.with_account(corrected))
    for account in _serving(situation.accounts):
        command = correction(account, corrected, reseal)
        if command.bank_account_id != account.id:
            into.command(command)
    return into.decision()


def _serving(accounts: Sequence[BankAccount]) -> Iterator[BankAccount]:
    """Of each payer's the one that nothing corrects yet."""
    for account in accounts:
        if account.successor_id is None and account.state not in (*GONE, BankAccountState.REMOVING):
            yield account


def handlings(open_number: OpenNumber, reseal: Reseal) -> list[Handling[Any, Any]]:
    def load_corrections(reads: Reads, events: Sequence[ExternalAccountCorrected]) -> list[Correction]:
        externals = _externals(reads, events)
        accounts = reads.bank_accounts([name for each in externals for name in each.bank_accounts])
        enrolments = reads.enrolments([event.user_id for event in events])
        return [
            Correction(
                external,
                [accounts[name] for name in external.bank_accounts],
                enrolments.get(event.user_id),
                open_number(event.account.account_number),
            )
            for event, external in zip(events, externals, strict=True)
        ]

    def decide_now(event: ExternalAccountCorrected, situation: Correction, now: datetime) -> Decision:
        return decide_corrected(event, situation, now, reseal)

    standings = (ExternalAccountLocked, ExternalAccountUnlocked, ExternalAccountArchived)
    return [
        *(Handling[Any, Situation](message, _load, decide) for message in standings),
        Handling(ExternalAccountCorrected, load_corrections, decide_now),
    ]


def _load(reads: Reads, events: Sequence[Fact]) -> list[Situation]:
    externals = _externals(reads, events)
    around = surroundings(reads, [name for each in externals for name in each.bank_accounts])
    return [Situation(each, [around[name] for name in each.bank_accounts]) for each in externals]


def _externals(reads: Reads, events: Sequence[Any]) -> list[ExternalAccount]:
    known = reads.external_accounts([event.external_account_id for event in events])
    return [known.get(event.external_account_id) or ExternalAccount(event.external_account_id) for event in events]
