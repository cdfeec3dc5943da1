"""The answer to a debit, in every way that it can end."""

from datetime import datetime
from typing import Any

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_messaging.decisions import Decision, Outcome, Result
from bankrails_testkit.snapshots import NOON, a_payment, an_outcome
from payments_service.domain.payment import Payment
from payments_service.domain.transitions import IllegalTransition
from payments_service.handlers import record_withdrawal
from payments_service.handlers.record_withdrawal import Situation


def decide(outcome: Outcome, payment: Payment, now: datetime) -> Decision:
    return record_withdrawal.decide(outcome, Situation(payment), now)


OPEN = (S.ACCEPTED, S.SUBMITTING, S.UNKNOWN)


def answered(status: str, **fields: Any) -> Outcome:
    answer = {"vendor_payment_id": "801", "status_auth": status, "response_message": "their words"}
    return an_outcome(answer=answer, **fields)


def names(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize(
    ("status", "after", "event"),
    [
        ("APPROVED", S.APPROVED, ["PaymentApproved"]),
        ("PENDING", S.AWAITING_MANDATE, ["PaymentAwaitingMandate"]),
        ("DECLINED", S.DECLINED, ["PaymentDeclined"]),
        ("CANCELLED", S.CANCELLED, ["PaymentCancelled"]),
        ("IN_PROGRESS", S.SUBMITTING, []),
        ("UNRECOGNISED", S.SUBMITTING, []),
    ],
)
def test_an_answer_says_what_the_vendor_said_and_no_more(state: S, status: str, after: S, event: list[str]) -> None:
    """The vendor has it, whatever becomes of it; a word that we do not know is not a guess."""
    decision = decide(answered(status), a_payment(state=state), NOON)
    assert (decision.aggregate.state, decision.aggregate.vendor_payment_id) == (after, "801")
    assert names(decision) == ["PaymentSubmitted", *event]
    assert decision.work == ()


@pytest.mark.parametrize(
    ("outcome", "resolution", "vendor_payment_id"),
    [
        (answered("APPROVED", was_unknown=True, found=True), "found", "801"),
        (answered("APPROVED", was_unknown=True), "sent_again", "801"),
        (an_outcome(Result.REJECTED, was_unknown=True), "sent_again", None),
        (an_outcome(Result.WITHDRAWN, was_unknown=True, reason="MANDATE_REVOKED"), "absent", None),
        (an_outcome(Result.EXHAUSTED, was_unknown=True), "absent", None),
    ],
)
def test_an_unknown_outcome_is_resolved_by_name(
    outcome: Outcome, resolution: str, vendor_payment_id: str | None
) -> None:
    """Whoever was told that nobody knew must be told how it turned out, before what follows from it."""
    decision = decide(outcome, a_payment(state=S.UNKNOWN, unknown_since=NOON), NOON)
    first: Any = decision.events[0]
    assert names(decision)[0] == "PaymentOutcomeResolved"
    assert (first.resolution, first.vendor_payment_id) == (resolution, vendor_payment_id)


@pytest.mark.parametrize("state", OPEN)
def test_a_definite_no_declines(state: S) -> None:
    """With the vendor's words, since nobody else has them."""
    decision = decide(an_outcome(Result.REJECTED, reason="account closed"), a_payment(state=state), NOON)
    assert (decision.aggregate.state, names(decision)) == (S.DECLINED, ["PaymentDeclined"])
    declined: Any = decision.events[0]
    assert (declined.reason, declined.vendor_payment_id) == ("account closed", None)


@pytest.mark.parametrize(
    ("result", "reason", "code"),
    [
        (Result.WITHDRAWN, "TOO_LATE", "TOO_LATE"),
        (Result.WITHDRAWN, "MANDATE_REVOKED", "MANDATE_REVOKED"),
        (Result.EXHAUSTED, "not reached", "VENDOR_UNAVAILABLE"),
    ],
)
def test_what_never_went_out_is_refused_with_its_reason(result: Result, reason: str, code: str) -> None:
    """No money moved, and the sender may send a new command."""
    decision = decide(an_outcome(result, reason=reason), a_payment(state=S.ACCEPTED), NOON)
    refused: Any = decision.events[0]
    assert (decision.aggregate.state, names(decision), refused.code) == (S.REFUSED, ["PaymentRefused"], code)


def test_no_usable_answer_is_a_state_with_an_age() -> None:
    """Not an exception in a log."""
    decision = decide(an_outcome(Result.UNKNOWN, ended=False), a_payment(), NOON)
    assert (decision.aggregate.state, decision.aggregate.unknown_since) == (S.UNKNOWN, NOON)
    unknown: Any = decision.events[0]
    assert (names(decision), unknown.since, unknown.needs_operator) == (["PaymentOutcomeUnknown"], NOON, False)


def test_what_a_look_up_cannot_tell_asks_for_a_person() -> None:
    """The state stays, the age counts from the first doubt, and an alert has something to fire on."""
    payment = a_payment(state=S.UNKNOWN, unknown_since=NOON)
    decision = decide(an_outcome(Result.AMBIGUOUS, ended=False), payment, NOON.replace(hour=13))
    unknown: Any = decision.events[0]
    assert (decision.aggregate.state, decision.aggregate.needs_operator) == (S.UNKNOWN, True)
    assert (unknown.since, unknown.needs_operator) == (NOON, True)


def test_an_answer_ends_the_doubt() -> None:
    """Otherwise the oldest unknown outcome would age for ever."""
    payment = a_payment(state=S.UNKNOWN, unknown_since=NOON, needs_operator=True)
    decision = decide(answered("APPROVED", found=True, was_unknown=True), payment, NOON)
    assert (decision.aggregate.unknown_since, decision.aggregate.needs_operator) == (None, False)


@pytest.mark.parametrize("state", [S.IN_SETTLEMENT, S.CLEARED, S.RETURNED, S.FINAL])
def test_an_answer_that_comes_after_newer_facts_moves_nothing_back(state: S) -> None:
    """settlement-watcher may have seen more of it than our own call has told us; its vendor id is kept all the same."""
    decision = decide(answered("APPROVED"), a_payment(state=state), NOON)
    assert (decision.aggregate.state, decision.aggregate.vendor_payment_id) == (state, "801")


def test_a_debit_cannot_be_refused_once_the_vendor_has_shown_it() -> None:
    """It parks the payment, visibly: one of the two is wrong, and money may have moved."""
    with pytest.raises(IllegalTransition):
        decide(an_outcome(Result.EXHAUSTED), a_payment(state=S.APPROVED), NOON)
