"""What the vendor shows of an account's state and lock: told once, whatever way it was learned."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import (
    ExternalAccountArchived,
    ExternalAccountDenied,
    ExternalAccountExpired,
    ExternalAccountLocked,
    ExternalAccountState,
    ExternalAccountUnlocked,
    ExternalAccountVerifyLocked,
    VerificationMethod,
)
from bankrails_contracts.message import Event
from bankrails_messaging.decisions import Work

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.moving import moved_by_fact
from accounts_service.domain.transitions import Trigger
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.update_external_account import updated_event
from accounts_service.handlers.verified import shares, verified

AT_THE_VENDOR = "locked at the vendor"

Seen = tuple[ExternalAccount, tuple[Event, ...], tuple[Work, ...]]


def state_seen(
    account: ExternalAccount, trigger: Trigger, rules: Rules, now: datetime, *, reviewed: bool = False
) -> Seen:
    """`reviewed`: nothing that we did brought it about."""
    after = moved_by_fact(account, trigger, now)
    if after is None:
        return account, (), ()
    about = {"external_account_id": after.id, "user_id": after.user_id}
    match trigger:
        case Trigger.PROVEN:
            if reviewed and account.state is ExternalAccountState.VERIFY_LOCKED:
                after = replace(after, method=VerificationMethod.REVIEWED)
            return after, (verified(after),), shares(after, rules)
        case Trigger.ATTEMPTS_USED_UP:
            return after, (ExternalAccountVerifyLocked(**about),), ()
        case Trigger.DENIED:
            stop = _stopping(account, "denied at the vendor", now)
            return after, (ExternalAccountDenied(**about), *stop), ()
        case Trigger.WINDOW_OVER:
            return after, (ExternalAccountExpired(**about, expired_at=now),), ()
        case Trigger.REOPENED:
            # Its new window is shown by the next look.
            return after, (updated_event(account, after),), ()
        case Trigger.ARCHIVED:
            return after, (ExternalAccountArchived(**about, by_vendor=True),), ()
        case _:
            raise AssertionError(trigger)


def _stopping(account: ExternalAccount, reason: str, now: datetime) -> tuple[Event, ...]:
    """Who debits it must stop: of one that was never verified nobody has the number."""
    if account.state is not ExternalAccountState.VERIFIED:
        return ()
    about = {"external_account_id": account.id, "user_id": account.user_id}
    return (ExternalAccountLocked(**about, reason=reason, locked_at=now, by_vendor=True),)


def lock_seen(
    account: ExternalAccount, *, locked: bool, reason: str | None, locked_at: datetime | None, now: datetime
) -> tuple[ExternalAccount, tuple[Event, ...]]:
    if locked == account.locked:
        return account, ()
    about = {"external_account_id": account.id, "user_id": account.user_id}
    if not locked:
        after = replace(account, locked=False, lock_reason=None, locked_by_vendor=False, modified_at=now)
        return after, (ExternalAccountUnlocked(**about, by_vendor=True),)
    at, why = locked_at or now, reason or AT_THE_VENDOR
    after = replace(account, locked=True, locked_at=at, lock_reason=why, locked_by_vendor=True, modified_at=now)
    return after, (ExternalAccountLocked(**about, reason=why, locked_at=at, by_vendor=True),)
