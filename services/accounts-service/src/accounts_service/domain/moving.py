"""An account after something happened to it, by the table of transitions."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountState as State

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.transitions import FINAL, Trigger, after_fact, next_state


def moved(account: ExternalAccount, trigger: Trigger, now: datetime) -> ExternalAccount:
    """By something that we did. Raises IllegalTransition."""
    return _into(account, next_state(account.state, trigger), now)


def moved_by_fact(account: ExternalAccount, trigger: Trigger, now: datetime) -> ExternalAccount | None:
    """By what the vendor shows; None when that changes nothing."""
    state = after_fact(account.state, trigger)
    return None if state is None else _into(account, state, now)


def _into(account: ExternalAccount, state: State, now: datetime) -> ExternalAccount:
    after = replace(account, state=state, state_at=now, modified_at=now, vendor_status=None)
    if state is not State.UNVERIFIED:
        after = replace(after, ask_at=None)
    if state in FINAL:
        # The number may be tried again under a new id; what was never made at the vendor frees its tag too.
        after = replace(after, number_fingerprint=None, tag=None if state is State.REJECTED else after.tag)
    return after
