"""The payment's state machine, written out a second time, and then every state with every trigger."""

import itertools
import random

import pytest
from bankrails_contracts.payments import PaymentState as S
from payments_service.domain.transitions import PROVES, IllegalTransition, Trigger, next_state

# A state's row says where each trigger leads: a letter for a state, `=` for "known already", `!` for a bug of ours.
STATES = {
    "s": S.SUBMITTING,
    "u": S.UNKNOWN,
    "r": S.REFUSED,
    "w": S.AWAITING_MANDATE,
    "a": S.APPROVED,
    "d": S.DECLINED,
    "c": S.CANCELLED,
    "v": S.VOIDED,
    "i": S.IN_SETTLEMENT,
    "l": S.CLEARED,
    "f": S.FINAL,
    "x": S.CONTESTED,
    "b": S.RETURNED,
}
TRIGGERS = [
    "send",
    "lose",
    "refuse",
    "take",
    "await",
    "approve",
    "decline",
    "cancel",
    "void",
    "settle",
    "clear",
    "finish",
    "contest",
    "return",
]
TABLE = """
ACCEPTED         s u r  s w a d c v i l f x b
SUBMITTING       = u r  = w a d c v i l f x b
UNKNOWN          s u r  s w a d c v i l f x b
REFUSED          ! = =  = w a d c v i l f x b
AWAITING_MANDATE ! = !  = = a d c v i l f x b
APPROVED         ! = !  = = = d c v i l f x b
DECLINED         ! = !  = = = = c v i l f x b
CANCELLED        ! = !  = = = = = v i l f x b
VOIDED           ! = !  = = = = = = i l f x b
IN_SETTLEMENT    ! = !  = = = = = = = l f x b
CLEARED          ! = !  = = = = = = = = f x b
FINAL            ! = !  = = = = = = = = = = b
CONTESTED        ! = !  = = = = = = = = f = b
RETURNED         ! = !  = = = = = = = = = = =
"""
EXPECTED = {
    (S[name], Trigger(trigger)): expected
    for name, *row in (line.split() for line in TABLE.strip().splitlines())
    for trigger, expected in zip(TRIGGERS, row, strict=True)
}


@pytest.mark.parametrize(("state", "trigger"), list(itertools.product(S, Trigger)))
def test_every_pair_is_lawful_or_known_or_a_bug(state: S, trigger: Trigger) -> None:
    """What we may not do must not pass unseen, and what the vendor states must never be refused."""
    match EXPECTED[state, trigger]:
        case "=":
            assert next_state(state, trigger) is None
        case "!":
            with pytest.raises(IllegalTransition, match=f"{trigger} in {state}"):
                next_state(state, trigger)
        case letter:
            assert next_state(state, trigger) is STATES[letter]


@pytest.mark.parametrize("seed", range(50))
def test_facts_end_in_the_same_state_whatever_their_order(seed: int) -> None:
    """Kafka keeps the order of one key alone, and gives a suffix again after a crash."""
    rng = random.Random(seed)
    facts = rng.sample(sorted(PROVES), rng.randint(1, len(PROVES)))
    ends = set()
    for _ in range(10):
        told = facts * 2
        rng.shuffle(told)
        state = S.ACCEPTED
        for fact in told:
            state = next_state(state, fact) or state
        ends.add(state)
    assert len(ends) == 1
