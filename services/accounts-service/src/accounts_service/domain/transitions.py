"""What an account becomes, by what happens to it. The lock is not here: it is independent of the state."""

from enum import StrEnum

from bankrails_contracts.accounts import ExternalAccountState as State


class Trigger(StrEnum):
    MADE = "made"
    """The vendor has it, verified; in Canada our own record is enough."""
    INITIATED = "initiated"
    """The vendor has it, and sends trial deposits."""
    REJECTED = "rejected"
    """The vendor made none."""
    AT_LIMIT = "at_limit"
    """The customer has too many, by our count or the vendor's."""
    APPROVED = "approved"
    """A person in support found it right."""
    PROVEN = "proven"
    """The right amounts; or the vendor shows it verified."""
    ATTEMPTS_USED_UP = "attempts_used_up"
    DENIED = "denied"
    """A person at the vendor, or deposits that came back."""
    WINDOW_OVER = "window_over"
    REOPENED = "reopened"
    """A person at the vendor gives it new attempts."""
    ARCHIVED = "archived"


TRANSITIONS = {
    (State.LINKING, Trigger.MADE): State.VERIFIED,
    (State.LINKING, Trigger.INITIATED): State.UNVERIFIED,
    (State.LINKING, Trigger.REJECTED): State.REJECTED,
    (State.LINKING, Trigger.AT_LIMIT): State.OVER_LIMIT,
    (State.OVER_LIMIT, Trigger.APPROVED): State.APPROVED_OVER_LIMIT,
    (State.APPROVED_OVER_LIMIT, Trigger.MADE): State.VERIFIED,
    (State.APPROVED_OVER_LIMIT, Trigger.INITIATED): State.UNVERIFIED,
    (State.UNVERIFIED, Trigger.PROVEN): State.VERIFIED,
    (State.UNVERIFIED, Trigger.ATTEMPTS_USED_UP): State.VERIFY_LOCKED,
    (State.UNVERIFIED, Trigger.DENIED): State.DENIED,
    (State.UNVERIFIED, Trigger.WINDOW_OVER): State.EXPIRED,
    (State.VERIFY_LOCKED, Trigger.REOPENED): State.UNVERIFIED,
    (State.VERIFY_LOCKED, Trigger.PROVEN): State.VERIFIED,
    (State.VERIFY_LOCKED, Trigger.DENIED): State.DENIED,
    (State.VERIFIED, Trigger.DENIED): State.DENIED,
    (State.VERIFIED, Trigger.ARCHIVED): State.ARCHIVED,
}

FINAL = frozenset({State.DENIED, State.EXPIRED, State.ARCHIVED, State.REJECTED})
"""No command leads out of them; a new account may be made of the same number."""

WATCHED = frozenset({State.UNVERIFIED, State.VERIFY_LOCKED, State.VERIFIED})
"""Where something can change at the vendor without us."""


class IllegalTransition(Exception):
    def __init__(self, state: State, trigger: Trigger) -> None:
        super().__init__(f"{trigger} of an account that is {state}")


def next_state(state: State, trigger: Trigger) -> State:
    """Raises IllegalTransition: what we do ourselves follows the table."""
    try:
        return TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransition(state, trigger) from None


def after_fact(state: State, trigger: Trigger) -> State | None:
    """The new state, or None when the vendor says nothing new, or what cannot be true: a fact is never refused, and one
    that fits nowhere leaves the vendor's word beside our state, where it is counted."""
    return TRANSITIONS.get((state, trigger))
