"""Who may void, cancel or refund: the vendor's table written out a second time, and what our states make of it."""

import itertools

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.settlement import VendorAuth as A
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_testkit.snapshots import CANADIAN, NOON, a_mandate, a_payment
from payments_service.domain.mandate import MandateState
from payments_service.domain.payment import Payment
from payments_service.domain.stopping import NO_WAY, PROVES, SEEN, VENDOR_ALLOWS, WAYS, Seen, Way, seen_in
from payments_service.domain.undo import Ask
from payments_service.handlers.undoing import Situation, undo

OPEN, CLOSED = False, True
ALLOWED = {(A.APPROVED, OPEN): "void", (A.APPROVED, CLOSED): "refund", (A.PENDING, OPEN): "cancel"}

# state: what StopPayment, VoidPayment, VoidPayment or_refund and CancelPayment come to.
# s refused as STOPPED, w a wish, c cancel, v void, h a refund that is held, r a refund that is sent, ! refused, R RETURNED
TABLE = """
ACCEPTED         s ! ! !
SUBMITTING       w w w w
UNKNOWN          w w w w
AWAITING_MANDATE c ! ! c
APPROVED         v v v !
IN_SETTLEMENT    h ! h !
CLEARED          h ! h !
FINAL            r ! r !
CONTESTED        ! ! ! !
RETURNED         R R R R
DECLINED         ! ! ! !
CANCELLED        ! ! ! !
VOIDED           ! ! ! !
REFUSED          ! ! ! !
"""
ASKS = [
    Ask("StopPayment", or_refund=True),
    Ask("VoidPayment"),
    Ask("VoidPayment", or_refund=True),
    Ask("CancelPayment"),
]
EXPECTED = {
    (S[name], ask): letter
    for name, *letters in (line.split() for line in TABLE.strip().splitlines())
    for ask, letter in zip(ASKS, letters, strict=True)
}


def permitted(merchant_id: str, right: object) -> None:
    return None


def stand(state: S, **fields: object) -> Payment:
    return a_payment(state=state, vendor_payment_id="801", **fields)


@pytest.mark.parametrize(("auth", "closed"), list(itertools.product(A, (OPEN, CLOSED))))
def test_void_cancel_and_refund_are_never_interchangeable(auth: A, closed: bool) -> None:
    """Helcim guide: an approved row is voided while its batch is open and refunded after; a pending one is cancelled."""
    allowed = VENDOR_ALLOWS[auth, closed]
    assert (None if allowed is None else allowed.value) == ALLOWED.get((auth, closed))


def test_every_state_has_its_way_or_a_reason_why_it_has_none() -> None:
    """A state that the table forgets would fail in the night, on the first command."""
    assert set(WAYS) == set(S)
    assert set(NO_WAY) == {state for state, way in WAYS.items() if way is None}
    assert set(SEEN) == set(VENDOR_ALLOWS)
    assert set(PROVES) == set(Seen) - {Seen.UNDECIDED, Seen.CAME_BACK}
    assert all(seen_in(str(seen)) is seen for seen in Seen)


@pytest.mark.parametrize(("state", "ask"), list(EXPECTED))
def test_each_command_does_what_is_possible_in_each_state(state: S, ask: Ask) -> None:
    """Or says why not, and leaves the money where it is."""
    verdict = undo(ask, Situation(CANADIAN, stand(state)), NOON, permitted)
    assert _came_to(verdict) == EXPECTED[state, ask]


def _came_to(verdict: Decision | Refusal) -> str:
    if isinstance(verdict, Refusal):
        assert verdict.reason
        return {"RETURNED": "R", "WRONG_STATE": "!"}[verdict.code]
    names = [type(event).__name__ for event in verdict.events]
    kinds = [work.kind for work in verdict.work]
    found = {
        (("PaymentRefused",), ()): "s",
        (("StopPending",), ()): "w",
        ((), ("cancel",)): "c",
        ((), ("void",)): "v",
        (("RefundHeld",), ()): "h",
        ((), ("refund",)): "r",
    }
    return found[tuple(names), tuple(kinds)]


def test_a_payment_that_nobody_has_tried_ends_at_once_with_its_work() -> None:
    """In one commit: nothing is left that could still fly."""
    verdict = undo(ASKS[0], Situation(CANADIAN, stand(S.ACCEPTED)), NOON, permitted)
    assert isinstance(verdict, Decision)
    assert (verdict.aggregate.state, verdict.ends) == (S.REFUSED, ("withdraw",))


def test_a_one_time_mandate_is_free_again_when_its_payment_is_stopped() -> None:
    """Otherwise an agreement would be lost to a debit that never was."""
    mandate = a_mandate(state=MandateState.ACCEPTED, one_time=True, used_by="payment")
    verdict = undo(ASKS[0], Situation(CANADIAN, stand(S.ACCEPTED), mandate), NOON, permitted)
    assert isinstance(verdict, Decision)
    assert [further.aggregate.used_by for further in verdict.also] == [None]


@pytest.mark.parametrize("state", [S.AWAITING_MANDATE, S.APPROVED, S.IN_SETTLEMENT])
def test_a_right_that_the_token_has_not_is_told_up_front(state: S) -> None:
    """And not by a call that fails at night."""
    verdict = undo(ASKS[0], Situation(CANADIAN, stand(state)), NOON, lambda merchant_id, right: f"may not {right}")
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.reason.startswith("may not ")) == ("NOT_PERMITTED", True)


def test_while_one_call_undoes_it_no_other_begins() -> None:
    """Two in doubt at once could not be told apart."""
    first = undo(ASKS[0], Situation(CANADIAN, stand(S.APPROVED)), NOON, permitted)
    assert isinstance(first, Decision)
    for ask in ASKS:
        again = undo(ask, Situation(CANADIAN, first.aggregate), NOON, permitted)
        assert isinstance(again, Refusal)
        assert "void is under way" in again.reason


def test_without_or_refund_a_stop_does_not_refund() -> None:
    """Its sender wanted it undone only while that costs nothing."""
    verdict = undo(Ask("StopPayment"), Situation(CANADIAN, stand(S.CLEARED)), NOON, permitted)
    assert isinstance(verdict, Refusal)
    assert "only a refund" in verdict.reason


def test_the_ways_of_the_states_are_the_vendors() -> None:
    """Our table is derived from the vendor's, and names no way that it does not know."""
    assert {way for way in VENDOR_ALLOWS.values() if way} == {Way.VOID, Way.REFUND, Way.CANCEL}
