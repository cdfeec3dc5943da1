"""LockExternalAccount: no new debits. The lock is independent of the state, and only a verified account takes one."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountLocked, ExternalAccountState, LockExternalAccount
from bankrails_messaging.decisions import Decision, Handling, Refusal

from accounts_service.domain.external_account import ExternalAccount, Pending
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import (
    Situation,
    acting,
    asked_of_helix,
    handling,
    wrong_state,
)
from accounts_service.ports import SpelledOut

LOCK_AT_HELIX = "lock_at_helix"


def decide(command: LockExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    assert situation.placed is not None  # noqa: S101 - the guard refuses
    account = situation.placed.account
    if account.state is not ExternalAccountState.VERIFIED:
        return wrong_state(account, "VERIFIED")
    if account.locked:
        return wrong_state(account, "unlocked")
    if account.at_helix:
        return asked_of_helix(account, Pending.LOCK, LOCK_AT_HELIX, reason=command.reason)
    return locked(acting(account), command.reason, now)


def locked(account: ExternalAccount, reason: str, now: datetime) -> Decision:
    after = replace(account, locked=True, locked_at=now, lock_reason=reason, locked_by_vendor=False, modified_at=now)
    event = ExternalAccountLocked(external_account_id=after.id, user_id=after.user_id, reason=reason, locked_at=now)
    return Decision(after, (event,))


def handling_of(rules: Rules, spelled_out: SpelledOut) -> Handling[LockExternalAccount, Situation]:
    return handling(LockExternalAccount, rules, decide, spelled_out)
