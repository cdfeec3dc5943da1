"""What a return asks for, what banks dispute about it, when it comes too late, and presentments over their chain."""

from datetime import date, timedelta

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentApproved, PaymentState, PaymentSubmitted
from bankrails_contracts.settlement import (
    AccountAction,
    PaymentReturned,
    RecordReturn,
    Retry,
    ReturnActionRequired,
    ReturnCodeLearned,
)
from bankrails_messaging.decisions import Decision, Refusal
from settlement_watcher.domain.watched_payment import WatchedKind, learned
from settlement_watcher.handlers import learn_from_payments, record_return
from settlement_watcher.handlers.learn_from_payments import Situation
from settlement_watcher.handlers.returned import came_back

DAY = timedelta(days=1)


def record(merchants, payment, now, code, returned_on=None):
    command = RecordReturn(
        merchant_id=payment.merchant_id,
        payment_id=payment.id,
        code=code,
        returned_on=returned_on or now.date(),
    )
    return record_return.handling(merchants).decide(command, payment, now)


# What is to be done


@pytest.mark.parametrize(
    ("code", "actions"),
    [
        ("R01", []),
        ("R02", ["disable"]),
        ("R03", ["disable_until_corrected"]),
        ("R07", ["revoke_mandate"]),
        ("R08", ["pause"]),
        ("R10", ["disable", "review"]),
        ("R12", ["update_routing"]),
        ("R90", ["disable", "escalate"]),
        ("R99", ["review"]),
    ],
)
def test_what_the_code_asks_for_is_said_whenever_it_becomes_known(code, actions, an_american, merchants, noon):
    """With the return or learned later: an account that nobody disables is debited again."""
    at_once = record(merchants, learned(an_american(), in_settlement_at=noon), noon, code).events
    later = record(merchants, learned(an_american(), in_settlement_at=noon, returned_on=noon.date()), noon, code).events
    assert [type(events[0]) for events in (at_once, later)] == [PaymentReturned, ReturnCodeLearned]
    for told, *asked in (at_once, later):
        assert told.action == (actions[0] if actions else AccountAction.KEEP)
        assert [type(item) for item in asked] == [ReturnActionRequired] * len(actions)
        assert [item.action for item in asked] == actions
        assert all(item.code == code and item.reason for item in asked)


def test_an_action_is_asked_for_once(an_american, merchants, noon):
    """The same report again, or another code for the same return, asks nobody anything."""
    known = record(merchants, learned(an_american(), in_settlement_at=noon), noon, "R02").aggregate
    assert record(merchants, known, noon, "R02").code is RefusalCode.ALREADY_EXISTS
    assert record(merchants, known, noon, "R10").code is RefusalCode.CONFLICT


def test_a_return_that_the_vendor_shows_asks_for_a_look_at_its_reason(an_american, merchants, noon):
    _, event = came_back(
        learned(an_american(), in_settlement_at=noon), noon.date(), None, merchants.calendar("liberty-books")
    )
    assert (event.action, event.code, event.untimely) == (AccountAction.REVIEW, None, False)


@pytest.mark.parametrize(
    ("merchant", "code"), [("liberty-books", "R901"), ("liberty-books", "920"), ("maple-books", "R20")]
)
def test_a_code_of_the_other_country_is_refused(merchant, code, a_payment, an_american, merchants, noon):
    payment = learned((an_american if merchant == "liberty-books" else a_payment)(), in_settlement_at=noon)
    assert record(merchants, payment, noon, code).code is RefusalCode.COUNTRY_MISMATCH


def test_a_canadian_code_with_a_letter_is_the_code_without_it(a_payment, merchants, noon):
    payment = learned(a_payment(), in_settlement_at=noon)
    decision = record(merchants, payment, noon, "R920")
    assert (decision.aggregate.return_code, decision.events[1].action) == ("920", AccountAction.REVOKE_MANDATE)
    assert record(merchants, decision.aggregate, noon, "920").code is RefusalCode.ALREADY_EXISTS


@pytest.mark.parametrize(("code", "actions"), [("R23", ["review"]), ("R02", ["disable"]), ("R01", [])])
def test_a_refund_that_the_payers_bank_did_not_take_names_its_payment(code, actions, an_american, merchants, noon):
    """Nobody may take it for the payment's own return, and it is not presented again."""
    refund = learned(an_american(id="refund", kind=WatchedKind.REFUND, refund_of="payment"), in_settlement_at=noon)
    decision = record(merchants, refund, noon + 90 * DAY, code)
    told, *asked = decision.events
    assert (told.payment_id, told.refund_of, told.retry, told.untimely) == ("refund", "payment", Retry.NEVER, False)
    assert [item.action for item in asked] == actions
    assert decision.aggregate.state is PaymentState.RETURNED


# Too late by the code's own window


@pytest.mark.parametrize(
    ("code", "days", "untimely"), [("R01", 2, False), ("R01", 3, True), ("R10", 60, False), ("R10", 61, True)]
)
def test_a_return_after_its_window_is_taken_and_flagged(code, days, untimely, an_american, merchants, noon):
    """The money is gone all the same; that it came too late is a matter for a dispute."""
    payment = learned(an_american(), in_settlement_at=noon - DAY, cleared_at=noon, claim_deadline=date(2026, 5, 1))
    now = noon + timedelta(days=days)
    (told, *_) = record(merchants, payment, now, code).events
    assert (told.untimely, told.late) == (untimely, False)
    learned_later = record(merchants, learned(payment, returned_on=now.date()), now, code).events[0]
    assert learned_later.untimely is untimely


def test_a_payment_never_seen_cleared_is_given_the_longest_settlement(an_american, merchants, noon):
    payment = learned(an_american(), in_settlement_at=noon)
    flags = [record(merchants, payment, noon + n * DAY, "R01").events[0].untimely for n in (11, 12)]
    assert flags == [False, True]


def test_a_return_after_final_is_late_and_may_be_untimely_too(an_american, merchants, noon):
    final = learned(an_american(), in_settlement_at=noon, cleared_at=noon, final_at=noon + 66 * DAY)
    told = record(merchants, final, noon + 70 * DAY, "R01").events[0]
    assert (told.late, told.untimely) == (True, True)


# What banks send to and fro about a return


def test_a_dispute_is_told_once_and_the_payment_stays_returned(an_american, merchants, noon):
    """A dishonoured return moves money back to us, and a contested one away again: believed to be a return of its own,
    it would be booked as one."""
    returned = record(merchants, learned(an_american(), in_settlement_at=noon), noon, "R01").aggregate
    dishonoured = record(merchants, returned, noon, "R68")
    (event,) = dishonoured.events
    assert (type(event), event.action, event.code) == (ReturnActionRequired, AccountAction.ESCALATE, "R68")
    assert (dishonoured.aggregate.state, dishonoured.aggregate.return_code) == (PaymentState.RETURNED, "R01")
    contested = record(merchants, dishonoured.aggregate, noon, "R73")
    assert contested.aggregate.disputes == "R68 R73"
    assert record(merchants, contested.aggregate, noon, "R68").code is RefusalCode.ALREADY_EXISTS


def test_a_dispute_is_no_reason_for_a_return(an_american, merchants, noon):
    """Its code must not become the return's, and the return's own code can still be learned."""
    without_code = learned(an_american(), in_settlement_at=noon, returned_on=noon.date())
    disputed = record(merchants, without_code, noon, "R61")
    assert disputed.aggregate.return_code is None
    learnt = record(merchants, disputed.aggregate, noon, "R01")
    assert isinstance(learnt.events[0], ReturnCodeLearned)
    assert (learnt.aggregate.return_code, learnt.aggregate.disputes) == ("R01", "R61")


@pytest.mark.parametrize("facts", [{"in_settlement_at": True}, {"in_settlement_at": True, "cleared_at": True}])
def test_a_dispute_of_a_return_that_nobody_reported_is_refused(facts, an_american, merchants, noon):
    payment = learned(an_american(), **dict.fromkeys(facts, noon))
    refusal = record(merchants, payment, noon, "R69")
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.WRONG_STATE


# Presentments


def told(model, payment_id, re_presents=None, presentment=1, merchant_id="liberty-books", **fields):
    return model.model_validate(
        {
            "merchant_id": merchant_id,
            "payment_id": payment_id,
            "payer_id": "payer",
            "bank_account_id": "account",
            "amount": {"amount_minor": 4_995, "currency": "USD"},
            "country": "US",
            "vendor_payment_id": "802",
            "re_presents": re_presents,
            "presentment": presentment,
            **fields,
        }
    )


def heard(event, now, known=None, before=None):
    situation = Situation(known, "US", None, None, None, before)
    decision = learn_from_payments.decide(event, situation, now)
    assert isinstance(decision, Decision)
    return decision.aggregate if decision.aggregate is not None else known


def submitted(payment_id, noon, re_presents=None, **fields):
    return told(PaymentSubmitted, payment_id, re_presents, submitted_at=noon, **fields)


def test_presentments_count_over_their_chain_from_the_first_settlement(an_american, merchants, noon):
    """Counted from each payment anew, the same debit could be presented for ever."""
    first = learned(an_american(id="p1"), in_settlement_at=noon)
    seen = []
    chain, at = first, noon
    for name in ("p2", "p3", "p4"):
        returned = record(merchants, chain, at, "R01")
        seen.append((returned.events[0].presentment, returned.events[0].retry, returned.events[0].presentments_left))
        at += 20 * DAY
        chain = heard(submitted(name, at, returned.aggregate.id), at, before=returned.aggregate)
        chain = learned(chain, told=PaymentState.APPROVED, in_settlement_at=at)
    assert seen == [(1, Retry.ALLOWED, 2), (2, Retry.ALLOWED, 1), (3, Retry.NEVER, 0)]
    assert (chain.presentment, chain.first_settled_on) == (4, noon.date())


def test_the_last_day_of_a_retry_counts_from_the_first_settlement(an_american, merchants, noon):
    first = record(merchants, learned(an_american(id="p1"), in_settlement_at=noon), noon, "R01").aggregate
    later = noon + 100 * DAY
    second = heard(submitted("p2", later, "p1"), later, before=first)
    second = learned(second, told=PaymentState.APPROVED, in_settlement_at=later)
    assert record(merchants, second, later, "R01").events[0].retry_until == noon.date() + timedelta(days=180)
    too_late = noon + 180 * DAY
    assert record(merchants, second, too_late, "R01").events[0].retry is Retry.NEVER


def test_a_chain_is_learned_whichever_event_names_it(an_american, noon):
    first = learned(an_american(id="p1"), in_settlement_at=noon, returned_on=noon.date())
    at = noon + 9 * DAY
    plain = heard(submitted("p2", at), at)
    assert (plain.presentment, plain.first_settled_on) == (1, None)
    approved = told(PaymentApproved, "p2", "p1", approved_at=at)
    named = heard(approved, at, known=plain, before=first)
    assert (named.presentment, named.first_settled_on, named.re_presents) == (2, noon.date(), "p1")
    again = heard(approved, at, known=named, before=first)
    assert again is named
    assert heard(submitted("p2", at), at, known=named) is named


def test_a_presentment_of_an_unknown_original_is_counted_as_it_is_said(noon, merchants):
    at = noon + 9 * DAY
    second = heard(submitted("p2", at, "nobody", presentment=2), at)
    assert (second.presentment, second.first_settled_on) == (2, None)
    second = learned(second, told=PaymentState.APPROVED, in_settlement_at=at)
    event = record(merchants, second, at, "R01").events[0]
    assert (event.retry, event.presentments_left) == (Retry.UNKNOWN, 1)


@pytest.mark.parametrize("fields", [{"id": "p2"}, {"merchant_id": "maple-books"}])
def test_a_payment_presents_neither_itself_nor_anothers_again(fields, an_american, noon):
    before = learned(an_american(**({"id": "p1"} | fields)), in_settlement_at=noon)
    assert heard(submitted("p2", noon, before.id), noon, before=before).presentment == 1
