"""Refunds: held so that no return makes them a double loss, one at a time, up to what is left, and their own life."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bankrails_contracts import settlement
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.payments import RefundPayment
from bankrails_contracts.payments import RefundState as R
from bankrails_contracts.settlement import AccountAction, Retry, ReturnClass
from bankrails_messaging.decisions import Decision, Outcome, Refusal, Result
from bankrails_testkit.snapshots import CANADIAN, NOON, a_payment, an_outcome
from payments_service.domain.payment import Payment
from payments_service.domain.refund import Refund
from payments_service.handlers import note_settlement, record_refund
from payments_service.handlers.note_settlement import decide_moved, decide_observed
from payments_service.handlers.refund_payment import decide
from payments_service.handlers.undoing import Situation

AVAILABLE_AT = NOON + timedelta(days=6)
DEADLINE = date(2026, 6, 1)
MONEY = Money(amount_minor=4_995, currency=Currency.CAD)


def command(**fields: Any) -> RefundPayment:
    made = {"merchant_id": "maple-books", "payment_id": "payment", "refund_id": "refund"}
    return RefundPayment.model_validate(made | fields)


def stand(state: S = S.CLEARED, **fields: Any) -> Payment:
    return a_payment(state=state, vendor_payment_id="801", **fields)


def refunding(payment: Payment, **fields: Any) -> Decision:
    verdict = decide(command(**fields), Situation(CANADIAN, payment), NOON)
    assert isinstance(verdict, Decision)
    return verdict


def refused(payment: Payment, **fields: Any) -> Refusal:
    verdict = decide(command(**fields), Situation(CANADIAN, payment), NOON)
    assert isinstance(verdict, Refusal)
    return verdict


def the_event(decision: Decision) -> Any:
    (event,) = decision.events
    return event


def having(state: R, payment: Payment | None = None, **fields: Any) -> Payment:
    made = {"id": "refund", "amount_minor": 4_995, "state": state}
    return (payment or stand()).with_refund(Refund(**(made | fields)))


def fact(model: Any, **fields: Any) -> Any:
    named = {"merchant_id": "maple-books", "payment_id": "payment", "vendor_payment_id": "801", "amount": MONEY}
    return model.model_validate(named | fields)


CLEARED = fact(settlement.PaymentCleared, cleared_at=NOON, funds_available_at=AVAILABLE_AT, claim_deadline=DEADLINE)
AVAILABLE = fact(settlement.FundsAvailable, available_at=AVAILABLE_AT)
FINAL = fact(settlement.PaymentFinal, final_at=NOON, claim_deadline=DEADLINE)
RETURNED = fact(
    settlement.PaymentReturned,
    returned_on=date(2026, 3, 5),
    return_class=ReturnClass.FUNDING,
    retry=Retry.ALLOWED,
    action=AccountAction.KEEP,
)


def told(payment: Payment, event: Any) -> Decision:
    decision = decide_moved(event, note_settlement.Situation(payment), NOON)
    return decision if decision.aggregate is not None else Decision(payment)


def observed(payment: Payment, auth: str = "approved", clearing: str = "opened", **fields: Any) -> Decision:
    row = {"refund_id": "refund", "vendor_payment_id": "901", "transaction_type": "refund", "observed_at": NOON}
    event = fact(settlement.VendorPaymentObserved, **(row | {"auth": auth, "clearing": clearing} | fields))
    decision = decide_observed(event, note_settlement.Situation(payment), NOON)
    return decision if decision.aggregate is not None else Decision(payment, looks_up=decision.looks_up)


@pytest.mark.parametrize(
    ("payment", "reason", "until"),
    [
        (stand(S.IN_SETTLEMENT), "not_cleared", None),
        (stand(S.CLEARED, funds_available_at=AVAILABLE_AT, claim_deadline=DEADLINE), "hold", AVAILABLE_AT),
    ],
)
def test_a_refund_is_held_until_the_payments_own_money_is_sure(
    payment: Payment, reason: str, until: datetime | None
) -> None:
    """A refund, and then a return of the same payment, is a double loss."""
    decision = refunding(payment)
    held = the_event(decision)
    assert (held.reason, held.until, decision.work) == (reason, until, ())
    assert decision.aggregate.refund("refund").state is R.HELD


def test_a_held_refund_goes_out_when_the_hold_is_over() -> None:
    """And says until when the payment may still come back as well."""
    payment = refunding(stand(S.IN_SETTLEMENT)).aggregate
    cleared = told(payment, CLEARED)
    assert [type(event).__name__ for event in cleared.events] == ["RefundHeld"]
    sent = told(cleared.aggregate, AVAILABLE)
    (work,) = sent.work
    refund = sent.aggregate.refund("refund")
    assert (work.kind, work.payload["amount_minor"], refund.state) == ("refund", 4_995, R.SUBMITTING)
    assert refund.exposed_until == DEADLINE
    assert told(sent.aggregate, AVAILABLE).work == ()


@pytest.mark.parametrize("order", list(itertools.permutations([CLEARED, AVAILABLE, FINAL])))
def test_the_facts_that_end_the_hold_come_in_any_order_and_twice(order: tuple[Any, ...]) -> None:
    """One refund goes out, whichever comes first."""
    payment, sent = refunding(stand(S.IN_SETTLEMENT)).aggregate, 0
    for event in order * 2:
        decision = told(payment, event)
        payment, sent = decision.aggregate, sent + len(decision.work)
    assert (sent, payment.state) == (1, S.FINAL)


def test_a_held_refund_of_a_payment_that_came_back_is_not_sent() -> None:
    """The payer has the money already."""
    decision = told(refunding(stand(S.IN_SETTLEMENT)).aggregate, RETURNED)
    failed = the_event(decision)
    assert (type(failed).__name__, failed.code) == ("RefundFailed", "RETURNED")
    assert (decision.aggregate.state, decision.aggregate.refund("refund").state) == (S.RETURNED, R.FAILED)
    assert told(decision.aggregate, AVAILABLE).work == ()


@pytest.mark.parametrize("state", [S.IN_SETTLEMENT, S.CLEARED])
def test_whoever_insists_has_it_sent_at_once(state: S) -> None:
    """Their risk, and the event says so."""
    decision = refunding(stand(state, claim_deadline=DEADLINE), insist=True)
    assert len(decision.work) == 1
    answered = answer(decision.aggregate, an_outcome(answer={"vendor_refund_id": "901"}))
    submitted = the_event(answered)
    assert (submitted.insisted, submitted.exposed_until, submitted.vendor_refund_id) == (True, DEADLINE, "901")


def answer(payment: Payment, outcome: Outcome) -> Decision:
    refund = payment.refund("refund")
    assert refund is not None
    return record_refund.decide(outcome, record_refund.Situation(payment, refund), NOON)


@pytest.mark.parametrize(
    ("payment", "fields", "code"),
    [
        (stand(S.RETURNED), {}, "RETURNED"),
        (stand(S.APPROVED), {}, "WRONG_STATE"),
        (stand(S.AWAITING_MANDATE), {}, "WRONG_STATE"),
        (stand(S.ACCEPTED), {}, "WRONG_STATE"),
        (stand(S.CONTESTED), {}, "WRONG_STATE"),
        (stand(S.VOIDED), {}, "WRONG_STATE"),
        (stand(), {"amount": Money(amount_minor=1, currency=Currency.USD)}, "CURRENCY_MISMATCH"),
        (stand(), {"amount": Money(amount_minor=4_996, currency=Currency.CAD)}, "AMOUNT_ABOVE_LIMIT"),
        (having(R.SUBMITTED, id="first"), {}, "AMOUNT_ABOVE_LIMIT"),
        (having(R.SUBMITTED, id="first", amount_minor=4_000), {"amount": MONEY}, "AMOUNT_ABOVE_LIMIT"),
        (having(R.HELD, id="first", amount_minor=1), {}, "WRONG_STATE"),
        (having(R.SUBMITTING, id="first", amount_minor=1), {}, "WRONG_STATE"),
        (having(R.UNKNOWN, id="first", amount_minor=1), {}, "WRONG_STATE"),
        (having(R.HELD), {}, "ALREADY_EXISTS"),
        (having(R.HELD), {"insist": True}, "CONFLICT"),
        (having(R.HELD), {"amount": MONEY}, "CONFLICT"),
    ],
)
def test_each_rule_refuses_by_name(payment: Payment, fields: dict[str, Any], code: str) -> None:
    """Nothing goes to the vendor."""
    assert refused(payment, **fields).code == code


@pytest.mark.parametrize("state", [R.SUBMITTED, R.CLEARED])
def test_parts_add_up_to_the_payment_and_no_more(state: R) -> None:
    """The vendor's own limit is on each refund alone."""
    payment = having(state, id="first", amount_minor=4_000)
    assert refunding(payment, insist=True).work[0].payload["amount_minor"] == 995
    assert refused(payment, amount=Money(amount_minor=996, currency=Currency.CAD)).code == "AMOUNT_ABOVE_LIMIT"


@pytest.mark.parametrize("state", [R.FAILED, R.RETURNED])
def test_what_gave_nothing_back_can_be_asked_for_again(state: R) -> None:
    """The money is the merchant's again."""
    assert refunding(having(state, id="first"), insist=True).work[0].payload["amount_minor"] == 4_995


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (an_outcome(Result.REJECTED), "VENDOR_REJECTED"),
        (an_outcome(Result.REJECTED, not_permitted=True), "NOT_PERMITTED"),
        (an_outcome(Result.REJECTED, reason="its money came back, or is contested"), "RETURNED"),
        (an_outcome(Result.WITHDRAWN, reason="RETURNED: it came back by itself"), "RETURNED"),
        (an_outcome(Result.EXHAUSTED), "VENDOR_UNAVAILABLE"),
    ],
)
def test_a_refund_that_was_not_made_says_why_and_leaves_the_payment_as_it_was(outcome: Outcome, code: str) -> None:
    """Another one may be asked for."""
    decision = answer(having(R.SUBMITTING), outcome)
    failed = the_event(decision)
    assert (failed.code, decision.aggregate.state) == (code, S.CLEARED)
    assert decision.aggregate.refund("refund").state is R.FAILED


def test_a_refund_of_unknown_outcome_is_told_looked_up_and_resolved() -> None:
    """As a debit's is: a state with an age, then what the vendor shows."""
    lost = answer(having(R.SUBMITTING), an_outcome(Result.UNKNOWN, ended=False))
    unknown = the_event(lost)
    assert (unknown.call, unknown.refund_id, lost.aggregate.refund("refund").state) == ("refund", "refund", R.UNKNOWN)
    found = an_outcome(answer={"vendor_refund_id": "901"}, found=True, was_unknown=True)
    resolved, submitted = tuple[Any, Any](answer(lost.aggregate, found).events)
    assert (type(resolved).__name__, type(submitted).__name__) == ("PaymentOutcomeResolved", "RefundSubmitted")
    # Whoever follows the debit by that field must not be led to the refund.
    assert (resolved.vendor_payment_id, submitted.vendor_refund_id) == ("801", "901")


ROWS = {
    ("approved", "opened"): (R.SUBMITTED, None),
    ("approved", "cleared"): (R.CLEARED, "RefundCleared"),
    ("approved", "returned"): (R.RETURNED, "RefundReturned"),
    ("approved", "rejected"): (R.RETURNED, "RefundReturned"),
    ("approved", "contested"): (R.SUBMITTED, None),
    ("cancelled", "opened"): (R.FAILED, "RefundFailed"),
    ("declined", "opened"): (R.FAILED, "RefundFailed"),
    ("a new word", "another"): (R.SUBMITTED, None),
}


@pytest.mark.parametrize(("auth", "clearing"), list(ROWS))
def test_a_refunds_own_row_moves_the_refund_and_never_the_debit(auth: str, clearing: str) -> None:
    """It is a transaction of its own, which settles and can be returned."""
    decision = observed(having(R.SUBMITTED, vendor_refund_id="901"), auth, clearing)
    state, name = ROWS[auth, clearing]
    assert (decision.aggregate.refund("refund").state, decision.aggregate.state) == (state, S.CLEARED)
    assert [type(event).__name__ for event in decision.events] == ([] if name is None else [name])


def test_facts_about_a_refund_come_in_any_order_and_twice() -> None:
    """They end in the same state, each told once at most."""
    facts = [("approved", "opened"), ("approved", "cleared"), ("approved", "returned"), ("cancelled", "opened")]
    ends = set()
    for order in itertools.permutations(facts):
        payment, names = having(R.SUBMITTED, vendor_refund_id="901"), []
        for auth, clearing in (*order, *order):
            decision = observed(payment, auth, clearing)
            payment = decision.aggregate
            names += [type(event).__name__ for event in decision.events]
        assert len(names) == len(set(names))
        ends.add(str(payment.refund("refund")))
    assert len(ends) == 1


def test_a_row_that_is_only_named_as_our_refund_sets_off_a_look_and_is_not_believed() -> None:
    """What is ours our own call's answer or its look-up says."""
    decision = observed(having(R.UNKNOWN), clearing="cleared")
    assert decision.aggregate.refund("refund").state is R.UNKNOWN
    assert decision.looks_up == ("payment",)


@pytest.mark.parametrize("kind", ["reverse", "refund", "settle", "deposit"])
def test_a_row_that_undoes_the_debit_does_not_move_it(kind: str) -> None:
    """A REVERSE row is approved and opened, as a debit in an open batch is."""
    payment = stand(S.AWAITING_MANDATE)
    for vendor_id in ("901", "801"):
        row = {"transaction_type": kind, "original_vendor_payment_id": "801", "vendor_payment_id": vendor_id}
        decision = observed(payment, refund_id=None, **row)
        assert decision.aggregate is payment


def test_a_row_that_nobody_claims_has_what_may_have_made_it_looked_up_now() -> None:
    """And is not adopted by hearsay: the look-up compares the account too, and sees whether there are two."""
    row = {"payment_id": None, "refund_id": None, "vendor_payment_id": "802", "transaction_type": "withdrawal"}
    event = fact(settlement.VendorPaymentObserved, **row, auth="approved", clearing="opened", observed_at=NOON)
    decision = decide_observed(event, note_settlement.Situation(None, in_doubt=("payment", "twin")), NOON)
    assert decision == Decision(looks_up=("payment", "twin"))
