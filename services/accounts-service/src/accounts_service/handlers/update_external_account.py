"""UpdateExternalAccount: what may change by a command. Numbers, type and tag never do."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import ExternalAccountUpdated, UpdateExternalAccount
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.parts import HolderType
from bankrails_messaging.decisions import Decision, Handling, Refusal

from accounts_service.domain.account_view import changed, view
from accounts_service.domain.external_account import ExternalAccount, Pending
from accounts_service.domain.transitions import WATCHED
from accounts_service.handlers.placed import Placed
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import (
    Situation,
    acting,
    asked_of_helix,
    handling,
    wrong_state,
)
from accounts_service.ports import SpelledOut

UPDATE_AT_HELIX = "update_at_helix"
OF_PERSONS, OF_BUSINESSES = ("first_name", "last_name"), ("company_name",)
PLAIN = ("nickname", *OF_PERSONS, *OF_BUSINESSES)


def decide(command: UpdateExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    assert situation.placed is not None  # noqa: S101 - the guard refuses
    account, changes = situation.placed.account, _changes(command)
    if account.state not in WATCHED:
        return wrong_state(account, "UNVERIFIED, VERIFY_LOCKED or VERIFIED")
    if account.locked:
        return Refusal(RefusalCode.ACCOUNT_LOCKED, "a locked account is not changed", about=account)
    if (refusal := _fault(command, changes, situation.placed)) is not None:
        return refusal
    if account.at_helix:
        return asked_of_helix(account, Pending.UPDATE, UPDATE_AT_HELIX, changes=changes)
    return updated(acting(account), changes, now)


def _changes(command: UpdateExternalAccount) -> dict[str, Any]:
    changes = command.model_dump(include=set(PLAIN), exclude_none=True)
    fields = {} if command.custom_fields is None else command.custom_fields.model_dump(exclude_none=True)
    return {**changes, **({"custom_fields": fields} if fields else {})}


def _fault(command: UpdateExternalAccount, changes: dict[str, Any], placed: Placed) -> Refusal | None:
    account = placed.account
    if command.tag is not None and command.tag != account.tag:
        return Refusal(RefusalCode.INVALID, "a tag never changes", field="tag", about=account)
    if not changes:
        return Refusal(RefusalCode.INVALID, "nothing to change", about=account)
    others = OF_PERSONS if account.holder_type == HolderType.BUSINESS else OF_BUSINESSES
    for field in others:
        if field in changes:
            return Refusal(RefusalCode.INVALID, f"not of a {account.holder_type} account", field=field, about=account)
    nickname = changes.get("nickname")
    if account.at_helix and nickname is not None and any(nickname == other.nickname for other in placed.others):
        reason = "another account of the customer has this nickname"
        return Refusal(RefusalCode.TAKEN, reason, field="nickname", about=account)
    return None


def updated(account: ExternalAccount, changes: dict[str, Any], now: datetime) -> Decision:
    fields = {**account.custom_fields, **changes.get("custom_fields", {})}
    after = replace(account, **{**changes, "custom_fields": fields}, modified_at=now)
    return Decision(after, (updated_event(account, after),))


def updated_event(before: ExternalAccount, after: ExternalAccount) -> ExternalAccountUpdated:
    return ExternalAccountUpdated(
        external_account_id=after.id, user_id=after.user_id, changed=changed(before, after), account=view(after)
    )


def handling_of(rules: Rules, spelled_out: SpelledOut) -> Handling[UpdateExternalAccount, Situation]:
    return handling(UpdateExternalAccount, rules, decide, spelled_out)
