"""State × fact: what the facts say together, whatever came first."""

import itertools
from datetime import date

import pytest
from bankrails_contracts.payments import PaymentState as S
from settlement_watcher.domain.watched_payment import TOLD, learned

FACTS = {
    "settled": lambda noon: {"auth": "approved", "clearing": "opened", "batch_closed": True, "in_settlement_at": noon},
    "cleared": lambda noon: {"auth": "approved", "clearing": "cleared", "cleared_at": noon},
    "contested": lambda noon: {"auth": "approved", "clearing": "contested", "contested_at": noon},
    "returned": lambda noon: {"returned_on": date(2026, 3, 5)},
    "final": lambda noon: {"final_at": noon},
}

TABLE = [
    # told by payments-service, shown by the vendor, further facts → state
    (S.SUBMITTING, None, (), S.SUBMITTING),
    (S.AWAITING_MANDATE, None, (), S.AWAITING_MANDATE),
    (S.APPROVED, None, (), S.APPROVED),
    (S.CANCELLED, None, (), S.CANCELLED),
    (S.DECLINED, None, (), S.DECLINED),
    (S.SUBMITTING, "in_progress", (), S.SUBMITTING),
    (S.SUBMITTING, "unrecognised:9", (), S.SUBMITTING),
    (S.SUBMITTING, "pending", (), S.AWAITING_MANDATE),
    (S.AWAITING_MANDATE, "approved", (), S.APPROVED),
    (S.APPROVED, "pending", (), S.APPROVED),  # the vendor's page is older than what we were told
    (S.APPROVED, "cancelled", (), S.CANCELLED),
    (S.APPROVED, "declined", (), S.DECLINED),
    (S.CANCELLED, "pending", (), S.CANCELLED),
    (S.SUBMITTING, None, ("settled",), S.IN_SETTLEMENT),
    (S.SUBMITTING, None, ("settled", "cleared"), S.CLEARED),
    (S.SUBMITTING, None, ("cleared", "contested"), S.CONTESTED),
    (S.SUBMITTING, None, ("contested", "cleared"), S.CLEARED),  # the vendor's latest word counts
    (S.DECLINED, None, ("settled",), S.DECLINED),
    (S.DECLINED, None, ("settled", "cleared"), S.CLEARED),  # money that moved has moved
    (S.APPROVED, None, ("returned",), S.RETURNED),
    (S.APPROVED, None, ("settled", "cleared", "returned"), S.RETURNED),
    (S.APPROVED, None, ("returned", "settled", "cleared"), S.RETURNED),
    (S.APPROVED, None, ("cleared", "final"), S.FINAL),
    (S.APPROVED, None, ("cleared", "final", "returned"), S.RETURNED),
    (S.APPROVED, None, ("cleared", "final", "contested"), S.FINAL),
]


@pytest.mark.parametrize(("told", "auth", "facts", "state"), TABLE)
def test_the_state_is_what_the_facts_say_together(told, auth, facts, state, a_payment, noon):
    payment = learned(a_payment(told=told, auth=auth))
    for fact in facts:
        payment = learned(payment, **FACTS[fact](noon))
    assert payment.state is state


@pytest.mark.parametrize("facts", list(itertools.permutations(["settled", "returned", "final"])))
def test_dates_that_are_set_once_say_the_same_in_any_order(facts, a_payment, noon):
    payment = a_payment()
    for fact in facts:
        payment = learned(payment, **FACTS[fact](noon))
    assert payment.state is S.RETURNED


@pytest.mark.parametrize("told", TOLD)
def test_what_the_vendor_does_not_know_is_refused_only_while_nothing_else_is_said(told, a_payment):
    state = learned(a_payment(told=told), refused=True).state
    assert state is (S.REFUSED if told is S.SUBMITTING else told)


def test_what_is_known_already_is_the_very_same_payment(a_payment, noon):
    """By that the store is spared a write, and the sequence a step."""
    payment = learned(a_payment(), auth="approved")
    assert learned(payment, auth="approved") is payment


def test_what_has_ended_is_open_no_longer(a_payment):
    ended = {S.DECLINED, S.CANCELLED, S.VOIDED, S.REFUSED, S.RETURNED, S.FINAL}
    for state in (*TOLD, S.REFUSED, S.IN_SETTLEMENT, S.CLEARED, S.CONTESTED, S.RETURNED, S.FINAL):
        assert a_payment(state=state).is_open is (state not in ended)
