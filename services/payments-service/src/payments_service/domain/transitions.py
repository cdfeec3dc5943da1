"""The payment's state machine: what we do ourselves as a table, what the vendor and the banks state as a rank.

Facts come in any order and more than once, so none of them may depend on the one before: a fact moves the payment up to
the state that it proves, and a payment that stands there or higher knows it already. What we do ourselves has an order,
and anything outside it is a bug.
"""

from enum import StrEnum

from bankrails_contracts.payments import PaymentState as State


class Trigger(StrEnum):
    # What we do, or fail to do
    SEND = "send"
    """A worker has recorded an attempt."""
    LOSE = "lose"
    """An attempt ended without a usable answer."""
    REFUSE = "refuse"
    """Our own rule stops it before anything was sent."""
    # What the vendor and the banks state
    TAKE = "take"
    """The vendor has it and has not said yes or no."""
    APPROVE = "approve"
    AWAIT = "await"
    """The vendor keeps it back until the mandate is accepted."""
    DECLINE = "decline"
    CANCEL = "cancel"
    VOID = "void"
    """Our own call took it out of the open batch."""
    SETTLE = "settle"
    """Its batch is closed."""
    CLEAR = "clear"
    FINISH = "finish"
    """No claim is possible any more."""
    CONTEST = "contest"
    RETURN = "return"


class IllegalTransition(Exception):
    def __init__(self, state: State, trigger: Trigger) -> None:
        super().__init__(f"{trigger} in {state}")


_SENT = (State.ACCEPTED, State.SUBMITTING, State.UNKNOWN)
"""An answer may be the first thing heard of an attempt: the commit that said SUBMITTING can be newer than a snapshot."""

OURS: dict[tuple[State, Trigger], State] = {
    (State.ACCEPTED, Trigger.SEND): State.SUBMITTING,
    (State.UNKNOWN, Trigger.SEND): State.SUBMITTING,  # provably absent, and sent under a new key
    **{(state, Trigger.LOSE): State.UNKNOWN for state in _SENT},
    **{(state, Trigger.REFUSE): State.REFUSED for state in _SENT},
    # Below everything that the vendor can say of it, yet above not knowing whether the vendor has it.
    **{(state, Trigger.TAKE): State.SUBMITTING for state in (State.ACCEPTED, State.UNKNOWN)},
}

PROVES: dict[Trigger, State] = {
    Trigger.AWAIT: State.AWAITING_MANDATE,
    Trigger.APPROVE: State.APPROVED,
    Trigger.DECLINE: State.DECLINED,
    Trigger.CANCEL: State.CANCELLED,
    Trigger.VOID: State.VOIDED,
    Trigger.SETTLE: State.IN_SETTLEMENT,
    Trigger.CLEAR: State.CLEARED,
    Trigger.FINISH: State.FINAL,
    Trigger.CONTEST: State.CONTESTED,
    Trigger.RETURN: State.RETURNED,
}

RANK: dict[State, int] = {
    state: rank
    for rank, state in enumerate(
        (
            State.ACCEPTED,
            State.SUBMITTING,
            State.UNKNOWN,
            State.REFUSED,  # ours; should the vendor show it all the same, the vendor is right
            State.AWAITING_MANDATE,
            State.APPROVED,
            State.DECLINED,
            State.CANCELLED,
            State.VOIDED,  # which the vendor shows as cancelled
            State.IN_SETTLEMENT,
            State.CLEARED,
            State.CONTESTED,
            State.FINAL,  # which ends a dispute as well
            State.RETURNED,  # also after FINAL: a late return is recorded all the same
        )
    )
}

OLD_NEWS: frozenset[tuple[State, Trigger]] = frozenset(
    {
        (State.SUBMITTING, Trigger.SEND),
        (State.SUBMITTING, Trigger.TAKE),
        (State.REFUSED, Trigger.REFUSE),
        # Meanwhile an observation has said more.
        *((state, trigger) for state in State if state not in _SENT for trigger in (Trigger.LOSE, Trigger.TAKE)),
    }
)


def next_state(state: State, trigger: Trigger) -> State | None:
    """The new state, or None when we already know. Raises IllegalTransition for what we must not do there."""
    if trigger in PROVES:
        proven = PROVES[trigger]
        return proven if RANK[proven] > RANK[state] else None
    if (state, trigger) in OLD_NEWS:
        return None
    try:
        return OURS[state, trigger]
    except KeyError:
        raise IllegalTransition(state, trigger) from None
