"""How a void or a cancellation ends: done, done by somebody else, too late, unknown, or found again."""

from dataclasses import replace
from typing import Any

import pytest
from bankrails_contracts import settlement
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import MoneyCall
from bankrails_contracts.payments import PaymentState as S
from bankrails_messaging.decisions import Decision, Outcome, Result
from bankrails_testkit.snapshots import NOON, a_payment, an_outcome
from payments_service.domain.doubt import Doubt
from payments_service.domain.payment import Payment
from payments_service.domain.stopping import Seen
from payments_service.domain.undo import Ask, Undo
from payments_service.handlers import note_settlement, record_cancel, record_void
from payments_service.handlers.note_settlement import decide_observed

STOP = Ask("StopPayment", or_refund=True)
VOID = Ask("VoidPayment")


def permitted(merchant_id: str, right: object) -> None:
    return None


def under_way(ask: Ask = VOID, call: MoneyCall = MoneyCall.VOID, **fields: Any) -> Payment:
    state = S.APPROVED if call is MoneyCall.VOID else S.AWAITING_MANDATE
    return a_payment(state=state, vendor_payment_id="801").with_undo(Undo(call, ask, **fields))


def ended(payment: Payment, outcome: Outcome) -> Decision:
    flying = payment.undoing
    record = record_void if flying is None or flying.call is MoneyCall.VOID else record_cancel
    return record.answering(permitted).decide(outcome, payment, NOON)


def the_event(decision: Decision) -> Any:
    (event,) = decision.events
    return event


def names(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


def test_a_void_names_what_reversed_the_debit() -> None:
    """And claims it, so that it stands for nothing else of ours."""
    decision = ended(under_way(), an_outcome(answer={"vendor_void_id": "901"}))
    voided = the_event(decision)
    assert (voided.vendor_payment_id, voided.vendor_void_id) == ("801", "901")
    assert (decision.aggregate.state, decision.aggregate.undo) == (S.VOIDED, None)
    assert [further.aggregate.id for further in decision.also] == ["maple-books/901"]


def test_a_cancellation_makes_nothing() -> None:
    """The debit itself shows it."""
    decision = ended(under_way(Ask("CancelPayment"), MoneyCall.CANCEL), an_outcome())
    assert (decision.aggregate.state, names(decision)) == (S.CANCELLED, ["PaymentCancelled"])


@pytest.mark.parametrize(
    ("ask", "seen", "state", "told", "work"),
    [
        # The batch closed at 17:00, between our decision and the vendor's.
        (VOID, Seen.CLOSED, S.IN_SETTLEMENT, ["CommandRefused"], []),
        (Ask("VoidPayment", or_refund=True), Seen.CLOSED, S.IN_SETTLEMENT, ["RefundHeld"], []),
        (STOP, Seen.CLOSED, S.IN_SETTLEMENT, ["RefundHeld"], []),
        (Ask("StopPayment", or_refund=True, insist=True), Seen.CLOSED, S.IN_SETTLEMENT, [], ["refund"]),
        # Somebody was there before us.
        (VOID, Seen.CANCELLED, S.CANCELLED, ["PaymentCancelled"], []),
        (VOID, Seen.DECLINED, S.DECLINED, ["PaymentDeclined"], []),
        # Nothing new, so there is no other way either.
        (STOP, Seen.OPEN, S.APPROVED, ["CommandRefused"], []),
        (STOP, Seen.UNDECIDED, S.APPROVED, ["CommandRefused"], []),
        (STOP, Seen.CAME_BACK, S.APPROVED, ["CommandRefused"], []),
    ],
)
def test_what_the_row_shows_instead_is_news_and_may_be_undone_in_another_way(
    ask: Ask, seen: Seen, state: S, told: list[str], work: list[str]
) -> None:
    """Never a refund for a void unless the command allows it."""
    decision = ended(under_way(ask), an_outcome(Result.REJECTED, reason=seen))
    assert (decision.aggregate.state, names(decision)) == (state, told)
    assert [item.kind for item in decision.work] == work
    assert decision.aggregate.undo is None


@pytest.mark.parametrize(
    ("ask", "call", "seen", "state", "told", "work"),
    [
        # Its fact was faster than the vendor's no.
        (STOP, MoneyCall.VOID, Seen.CLOSED, S.IN_SETTLEMENT, ["RefundHeld"], []),
        (STOP, MoneyCall.VOID, Seen.CLOSED, S.CLEARED, ["RefundHeld"], []),
        (VOID, MoneyCall.VOID, Seen.CLOSED, S.IN_SETTLEMENT, ["CommandRefused"], []),
        (STOP, MoneyCall.CANCEL, Seen.OPEN, S.APPROVED, [], ["void"]),
        (STOP, MoneyCall.VOID, Seen.DECLINED, S.DECLINED, ["CommandRefused"], []),
        (STOP, MoneyCall.VOID, Seen.CAME_BACK, S.RETURNED, ["CommandRefused"], []),
    ],
)
def test_the_other_way_is_gone_also_where_a_fact_has_told_us_before(
    ask: Ask, call: MoneyCall, seen: Seen, state: S, told: list[str], work: list[str]
) -> None:
    """The sweep after the close and the late void meet every day at 17:00."""
    payment = replace(under_way(ask, call), state=state)
    decision = ended(payment, an_outcome(Result.REJECTED, reason=seen))
    assert (decision.aggregate.state, names(decision)) == (state, told)
    assert [item.kind for item in decision.work] == work


def test_a_stop_of_a_payment_that_was_approved_meanwhile_voids_it() -> None:
    """Auth 5 became 1 as the payer accepted: cancel is impossible, void is right."""
    decision = ended(under_way(STOP, MoneyCall.CANCEL), an_outcome(Result.REJECTED, reason=Seen.OPEN))
    assert (decision.aggregate.state, names(decision)) == (S.APPROVED, ["PaymentApproved"])
    assert [item.kind for item in decision.work] == ["void"]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (an_outcome(Result.REJECTED), "VENDOR_REJECTED"),
        (an_outcome(Result.REJECTED, not_permitted=True), "NOT_PERMITTED"),
        (an_outcome(Result.EXHAUSTED), "VENDOR_UNAVAILABLE"),
        (an_outcome(Result.WITHDRAWN, reason="RETURNED: it came back"), "RETURNED"),
    ],
)
def test_a_void_that_was_not_made_is_refused_and_may_be_asked_for_again(outcome: Outcome, code: str) -> None:
    """The payment stays as it was."""
    decision = ended(under_way(), outcome)
    refused = the_event(decision)
    assert (refused.code, refused.command_type) == (code, "bankrails.payments.void-payment.v1")
    assert (decision.aggregate.state, decision.aggregate.undo) == (S.APPROVED, None)


def test_an_unknown_void_is_told_and_resolved_by_the_debits_own_status() -> None:
    """With a void id where the vendor names one, without where it does not."""
    lost = ended(under_way(), an_outcome(Result.UNKNOWN, ended=False))
    unknown = the_event(lost)
    assert (unknown.call, lost.aggregate.undoing.doubt) == ("void", Doubt(NOON, "why"))
    found = an_outcome(answer={"vendor_void_id": None}, found=True, was_unknown=True)
    assert names(ended(lost.aggregate, found)) == ["PaymentOutcomeResolved", "PaymentVoided"]


def observed(payment: Payment, auth: str) -> Decision:
    event = settlement.VendorPaymentObserved(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=Money(amount_minor=4_995, currency=Currency.CAD),
        auth=auth,
        clearing="opened",
        observed_at=NOON,
    )
    return decide_observed(event, note_settlement.Situation(payment), NOON)


def test_the_row_seen_cancelled_while_our_void_flies_is_left_to_our_call_to_tell() -> None:
    """The sweep may be faster than the answer: it is voided, and not first cancelled by somebody else."""
    seen = observed(under_way(), "cancelled")
    assert (seen.events, seen.looks_up, seen.aggregate.state) == ((), ("payment",), S.APPROVED)
    decision = ended(seen.aggregate, an_outcome(answer={"vendor_void_id": "901"}))
    assert (decision.aggregate.state, names(decision)) == (S.VOIDED, ["PaymentVoided"])
    assert observed(decision.aggregate, "cancelled").aggregate is None


def test_what_was_seen_meanwhile_is_not_lost_when_our_call_comes_to_nothing() -> None:
    """Then it was somebody else, at the vendor's own pages."""
    decision = ended(observed(under_way(), "cancelled").aggregate, an_outcome(Result.EXHAUSTED))
    assert (decision.aggregate.state, names(decision)) == (S.CANCELLED, ["PaymentCancelled"])
