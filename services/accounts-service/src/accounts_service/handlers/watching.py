"""Who is looked at, at the vendor, and when: it tells nobody of what its administrators and the banks do."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountState as State
from bankrails_messaging.decisions import Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.transitions import WATCHED
from accounts_service.handlers.rules import HELIX_BUDGET, Rules, next_tick

LOOK_AT_HELIX = "look_at_helix"


def watched(account: ExternalAccount, rules: Rules, now: datetime) -> tuple[ExternalAccount, tuple[Work, ...]]:
    """With the work that looks after it for as long as it is in a state in which something can change."""
    if account.watched or account.helix_external_account_id is None or account.state not in WATCHED:
        return account, ()
    look = Work(LOOK_AT_HELIX, _payload(account), HELIX_BUDGET, Lane.POLLING, due_at=next_look(account, rules, now))
    return replace(account, watched=True), (look,)


def look_now(account: ExternalAccount) -> Work:
    """Once, beside the regular ones."""
    return Work(LOOK_AT_HELIX, {**_payload(account), "once": True}, HELIX_BUDGET, Lane.LOOK_UP)


def next_look(account: ExternalAccount, rules: Rules, now: datetime) -> datetime:
    if account.state is State.VERIFIED:
        return next_tick(now, rules.look_every)
    moments = [account.ask_at, account.expires_at if account.state is State.UNVERIFIED else None]
    ahead = [at for at in moments if at is not None and at > now]
    return min([next_tick(now, rules.look_every_open), *ahead])


def _payload(account: ExternalAccount) -> dict[str, str]:
    return {"external_account_id": account.id}
