"""UnlockExternalAccount: debits are possible again. A lock that was set at the vendor is lifted there alone."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountState, ExternalAccountUnlocked, UnlockExternalAccount
from bankrails_contracts.answers import RefusalCode
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

UNLOCK_AT_HELIX = "unlock_at_helix"


def decide(command: UnlockExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    assert situation.placed is not None  # noqa: S101 - the guard refuses
    account = situation.placed.account
    if account.state is not ExternalAccountState.VERIFIED:
        return wrong_state(account, "VERIFIED")
    if not account.locked:
        return wrong_state(account, "locked")
    if account.locked_by_vendor:
        reason = "it was locked at the vendor, and is unlocked there alone"
        return Refusal(RefusalCode.ACCOUNT_LOCKED, reason, about=account)
    if account.at_helix:
        return asked_of_helix(account, Pending.UNLOCK, UNLOCK_AT_HELIX)
    return unlocked(acting(account), now)


def unlocked(account: ExternalAccount, now: datetime) -> Decision:
    after = replace(account, locked=False, lock_reason=None, locked_by_vendor=False, modified_at=now)
    return Decision(after, (ExternalAccountUnlocked(external_account_id=after.id, user_id=after.user_id),))


def handling_of(rules: Rules) -> Handling[UnlockExternalAccount, Situation]:
    return handling(UnlockExternalAccount, rules, decide)
