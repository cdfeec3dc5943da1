"""The payment's state machine, as a table."""

from enum import StrEnum

from bankrails_contracts.payments import PaymentState as State


class Trigger(StrEnum):
    SEND = "send"
    """A worker has recorded an attempt."""
    TAKE = "take"
    """The vendor has it and has not said yes or no."""
    LOSE = "lose"
    """An attempt ended without a usable answer."""
    APPROVE = "approve"
    AWAIT = "await"
    """The vendor keeps it back until the mandate is accepted."""
    DECLINE = "decline"
    CANCEL = "cancel"
    REFUSE = "refuse"
    """Our own rule stops it before anything was sent."""


class IllegalTransition(Exception):
    def __init__(self, state: State, trigger: Trigger) -> None:
        super().__init__(f"{trigger} in {state}")


_SENT = (State.ACCEPTED, State.SUBMITTING, State.UNKNOWN)
"""An answer may be the first thing heard of an attempt: the commit that said SUBMITTING can be newer than a snapshot."""

TRANSITIONS: dict[tuple[State, Trigger], State] = {
    (State.ACCEPTED, Trigger.SEND): State.SUBMITTING,
    (State.UNKNOWN, Trigger.SEND): State.SUBMITTING,  # provably absent, and sent under a new key
    **{(state, Trigger.TAKE): State.SUBMITTING for state in (State.ACCEPTED, State.UNKNOWN)},
    **{(state, Trigger.LOSE): State.UNKNOWN for state in _SENT},
    **{(state, Trigger.APPROVE): State.APPROVED for state in (*_SENT, State.AWAITING_MANDATE)},
    **{(state, Trigger.AWAIT): State.AWAITING_MANDATE for state in _SENT},
    **{(state, Trigger.DECLINE): State.DECLINED for state in (*_SENT, State.AWAITING_MANDATE, State.APPROVED)},
    **{(state, Trigger.CANCEL): State.CANCELLED for state in (*_SENT, State.AWAITING_MANDATE)},
    **{(state, Trigger.REFUSE): State.REFUSED for state in _SENT},
}

OLD_NEWS: frozenset[tuple[State, Trigger]] = frozenset(
    {
        (State.SUBMITTING, Trigger.SEND),
        (State.SUBMITTING, Trigger.TAKE),
        (State.APPROVED, Trigger.APPROVE),
        (State.AWAITING_MANDATE, Trigger.AWAIT),
        (State.DECLINED, Trigger.DECLINE),
        (State.CANCELLED, Trigger.CANCEL),
        (State.REFUSED, Trigger.REFUSE),
    }
)


def next_state(state: State, trigger: Trigger) -> State | None:
    """The new state, or None when we already know. Raises IllegalTransition for any pair in neither table."""
    if (state, trigger) in OLD_NEWS:
        return None
    try:
        return TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransition(state, trigger) from None
