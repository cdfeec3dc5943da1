"""The table of states, written out a second time: every state and every trigger."""

from collections.abc import Callable
from datetime import datetime

import pytest
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.moving import moved, moved_by_fact
from accounts_service.domain.transitions import FINAL, WATCHED, IllegalTransition, Trigger
from accounts_service.handlers.follow_helix import SHOWS
from bankrails_contracts.accounts import ExternalAccountState as State

LAWFUL = """
LINKING               made               VERIFIED
LINKING               initiated          UNVERIFIED
LINKING               rejected           REJECTED
LINKING               at_limit           OVER_LIMIT
OVER_LIMIT            approved           APPROVED_OVER_LIMIT
APPROVED_OVER_LIMIT   made               VERIFIED
APPROVED_OVER_LIMIT   initiated          UNVERIFIED
UNVERIFIED            proven             VERIFIED
UNVERIFIED            attempts_used_up   VERIFY_LOCKED
UNVERIFIED            denied             DENIED
UNVERIFIED            window_over        EXPIRED
VERIFY_LOCKED         reopened           UNVERIFIED
VERIFY_LOCKED         proven             VERIFIED
VERIFY_LOCKED         denied             DENIED
VERIFIED              denied             DENIED
VERIFIED              archived           ARCHIVED
"""
TABLE = {(State(a), Trigger(b)): State(c) for a, b, c in map(str.split, LAWFUL.strip().splitlines())}


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("state", State)
def test_every_state_and_every_trigger(
    an_account: Callable[..., ExternalAccount], noon: datetime, state: State, trigger: Trigger
) -> None:
    """What we do ourselves follows the table or is our bug; a fact follows it or changes nothing."""
    account, after = an_account(state=state), TABLE.get((state, trigger))
    told = moved_by_fact(account, trigger, noon)
    assert (None if told is None else told.state) == after
    if after is None:
        with pytest.raises(IllegalTransition):
            moved(account, trigger, noon)
        return
    done = moved(account, trigger, noon)
    assert (done.state, done.state_at) == (after, noon)
    assert (done.number_fingerprint is None) is (after in FINAL)


def test_nothing_leads_out_of_a_final_state_and_only_the_vendors_are_watched() -> None:
    """A final account's number is free for another one, so it must not come back."""
    assert not {state for state, _ in TABLE} & FINAL
    assert {State.UNVERIFIED, State.VERIFY_LOCKED, State.VERIFIED} == WATCHED


def test_every_status_of_the_vendor_is_read() -> None:
    """Its enum has six words (Helix: External Account)."""
    assert set(SHOWS) == {"Unverified", "VerifyLocked", "Verified", "Denied", "Expired", "Archived"}
