"""The payment's state machine, written out a second time, and then every state with every trigger."""

import itertools

import pytest
from bankrails_contracts.payments import PaymentState as S
from payments_service.domain.transitions import IllegalTransition, Trigger, next_state

T = Trigger

LAWFUL = {
    (S.ACCEPTED, T.SEND): S.SUBMITTING,
    (S.ACCEPTED, T.TAKE): S.SUBMITTING,
    (S.UNKNOWN, T.SEND): S.SUBMITTING,
    (S.ACCEPTED, T.LOSE): S.UNKNOWN,
    (S.ACCEPTED, T.APPROVE): S.APPROVED,
    (S.ACCEPTED, T.AWAIT): S.AWAITING_MANDATE,
    (S.ACCEPTED, T.DECLINE): S.DECLINED,
    (S.ACCEPTED, T.CANCEL): S.CANCELLED,
    (S.ACCEPTED, T.REFUSE): S.REFUSED,
    (S.SUBMITTING, T.LOSE): S.UNKNOWN,
    (S.SUBMITTING, T.APPROVE): S.APPROVED,
    (S.SUBMITTING, T.AWAIT): S.AWAITING_MANDATE,
    (S.SUBMITTING, T.DECLINE): S.DECLINED,
    (S.SUBMITTING, T.CANCEL): S.CANCELLED,
    (S.SUBMITTING, T.REFUSE): S.REFUSED,
    (S.UNKNOWN, T.TAKE): S.SUBMITTING,
    (S.UNKNOWN, T.LOSE): S.UNKNOWN,
    (S.UNKNOWN, T.APPROVE): S.APPROVED,
    (S.UNKNOWN, T.AWAIT): S.AWAITING_MANDATE,
    (S.UNKNOWN, T.DECLINE): S.DECLINED,
    (S.UNKNOWN, T.CANCEL): S.CANCELLED,
    (S.UNKNOWN, T.REFUSE): S.REFUSED,
    (S.AWAITING_MANDATE, T.APPROVE): S.APPROVED,
    (S.AWAITING_MANDATE, T.DECLINE): S.DECLINED,
    (S.AWAITING_MANDATE, T.CANCEL): S.CANCELLED,
    (S.APPROVED, T.DECLINE): S.DECLINED,
}
KNOWN_ALREADY = {
    (S.SUBMITTING, T.SEND),
    (S.SUBMITTING, T.TAKE),
    (S.APPROVED, T.APPROVE),
    (S.AWAITING_MANDATE, T.AWAIT),
    (S.DECLINED, T.DECLINE),
    (S.CANCELLED, T.CANCEL),
    (S.REFUSED, T.REFUSE),
}


@pytest.mark.parametrize(("state", "trigger"), list(itertools.product(S, Trigger)))
def test_every_pair_is_lawful_or_known_or_an_error(state: S, trigger: Trigger) -> None:
    """A wrong message must not vanish unseen, and money that has ended must not begin to move again."""
    if (state, trigger) in LAWFUL:
        assert next_state(state, trigger) is LAWFUL[state, trigger]
    elif (state, trigger) in KNOWN_ALREADY:
        assert next_state(state, trigger) is None
    else:
        with pytest.raises(IllegalTransition, match=f"{trigger} in {state}"):
            next_state(state, trigger)
