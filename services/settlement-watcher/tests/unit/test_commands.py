"""WatchPayment, RecheckPayment, RecordReturn: answered or refused by name; and the answers of their looks."""

from datetime import date, timedelta

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import (
    CommandRefused,
    PaymentReturned,
    RecheckPayment,
    RecordReturn,
    Retry,
    ReturnCodeLearned,
    WatchPayment,
)
from bankrails_messaging.decisions import Decision, Outcome, Refusal, Result
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers import recheck_payment, record_observation, record_return, watch_payment
from settlement_watcher.handlers.watch_payment import Situation

WATCH = {
    "merchant_id": "maple-books",
    "payment_id": "payment",
    "vendor_payment_id": "801",
    "amount": {"amount_minor": 4995, "currency": "CAD"},
    "country": "CA",
    "holder_type": "personal",
}


def watch(merchants, known, now, **fields):
    command = WatchPayment.model_validate(WATCH | fields)
    return watch_payment.decide(command, Situation(merchants.get(command.merchant_id), known), now)


def record(merchants, payment, now, code="901", returned_on=date(2026, 3, 2), merchant_id="maple-books"):
    command = RecordReturn(merchant_id=merchant_id, payment_id="payment", code=code, returned_on=returned_on)
    return record_return.handling(merchants).decide(command, payment, now)


def recheck(merchants, payment, now, merchant_id="maple-books"):
    command = RecheckPayment(merchant_id=merchant_id, payment_id="payment")
    return recheck_payment.handling(merchants).decide(command, payment, now)


def outcome(kind, result=Result.ANSWERED, **fields):
    return Outcome("work", kind, "payment", "command", result, {}, reason="why", **fields)


def answer(merchants, kind, *arguments):
    (answering,) = [item for item in record_observation.answerings(merchants) if item.kind == kind]
    return answering.decide(*arguments)


# WatchPayment


def test_a_debit_that_is_watched_already_is_not_watched_as_another_payment(merchants, noon):
    """Each step would be told for both, and a ledger would book the money twice."""
    command = WatchPayment.model_validate(WATCH)
    merchant = merchants.get(command.merchant_id)
    first = watch(merchants, None, noon).aggregate
    other = WatchPayment.model_validate(WATCH | {"payment_id": "another"})
    refusal = watch_payment.decide(other, Situation(merchant, None, first), noon)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (RefusalCode.CONFLICT, "vendor_payment_id")


def test_a_debit_is_watched_and_looked_at(merchants, noon):
    decision = watch(merchants, None, noon)
    assert isinstance(decision, Decision)
    assert decision.aggregate.state is PaymentState.SUBMITTING
    assert [(work.kind, work.payload["vendor_payment_id"]) for work in decision.work] == [("first_look", "801")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"merchant_id": "nobody"}, RefusalCode.UNKNOWN_MERCHANT),
        ({"amount": {"amount_minor": 1, "currency": "USD"}}, RefusalCode.CURRENCY_MISMATCH),
        ({"country": "US"}, RefusalCode.COUNTRY_MISMATCH),
    ],
)
def test_what_does_not_fit_the_merchant_is_refused(fields, code, merchants, noon):
    refusal = watch(merchants, None, noon, **fields)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code


def test_a_payment_that_payments_service_announced_is_watched_already(a_payment, merchants, noon):
    assert watch(merchants, a_payment(), noon).code is RefusalCode.ALREADY_EXISTS
    assert watch(merchants, a_payment(vendor_payment_id="802"), noon).code is RefusalCode.CONFLICT
    assert watch(merchants, a_payment(merchant_id="liberty-books"), noon).code is RefusalCode.CONFLICT


def test_the_first_look_is_the_answer(a_payment, a_row, merchants, noon):
    seen = outcome("first_look", answer=a_row(created_at=noon - timedelta(days=9)).as_json())
    decision = answer(merchants, "first_look", seen, a_payment(told=PaymentState.SUBMITTING), noon)
    assert [type(event).__name__ for event in decision.events] == ["VendorPaymentObserved"]
    assert (decision.aggregate.state, decision.aggregate.since) == (PaymentState.APPROVED, noon - timedelta(days=9))


@pytest.mark.parametrize(
    ("result", "row", "code"),
    [
        (Result.REJECTED, {}, "VENDOR_REJECTED"),
        (Result.EXHAUSTED, {}, "VENDOR_UNAVAILABLE"),
        (Result.ANSWERED, {"amount_minor": 4_996}, "CONFLICT"),
        (Result.ANSWERED, {"currency": "USD"}, "CONFLICT"),
    ],
)
def test_what_the_vendor_does_not_show_so_is_refused_and_can_be_watched_again(
    result, row, code, a_payment, a_row, merchants, noon
):
    """Somebody's typing error must not be followed for ninety days."""
    watched = a_payment(told=PaymentState.SUBMITTING, state=PaymentState.SUBMITTING)
    look = outcome("first_look", result, answer=a_row(**row).as_json() if result is Result.ANSWERED else {})
    decision = answer(merchants, "first_look", look, watched, noon)
    (event,) = decision.events
    assert isinstance(event, CommandRefused)
    assert (event.code, event.state, event.command_id) == (code, "REFUSED", "command")
    again = watch(merchants, decision.aggregate, noon, vendor_payment_id="802")
    assert isinstance(again, Decision)
    assert (again.aggregate.vendor_payment_id, again.aggregate.version) == ("802", watched.version)
    assert again.aggregate.is_open


# RecheckPayment


def test_a_recheck_looks_also_at_what_has_ended(a_payment, merchants, noon):
    decision = recheck(merchants, a_payment(state=PaymentState.FINAL), noon)
    assert [work.kind for work in decision.work] == ["recheck"]
    assert decision.aggregate is None


@pytest.mark.parametrize(
    ("fields", "merchant_id", "code"),
    [
        (None, "maple-books", RefusalCode.NOT_FOUND),
        ({}, "liberty-books", RefusalCode.NOT_FOUND),
        ({}, "nobody", RefusalCode.UNKNOWN_MERCHANT),
        ({"vendor_payment_id": None}, "maple-books", RefusalCode.WRONG_STATE),
    ],
)
def test_a_recheck_of_what_is_not_there_is_refused(fields, merchant_id, code, a_payment, merchants, noon):
    payment = None if fields is None else a_payment(**fields)
    assert recheck(merchants, payment, noon, merchant_id).code is code


def test_a_recheck_is_answered_changed_or_not(a_payment, a_row, merchants, noon):
    payment = learned(a_payment(), auth="approved", clearing="opened", vendor_batch_id="47339", observed_at=noon)
    decision = answer(merchants, "recheck", outcome("recheck", answer=a_row().as_json()), payment, noon)
    assert [type(event).__name__ for event in decision.events] == ["VendorPaymentObserved"]
    refused = answer(merchants, "recheck", outcome("recheck", Result.EXHAUSTED), payment, noon)
    assert (refused.events[0].code, refused.aggregate) == ("VENDOR_UNAVAILABLE", payment)


# RecordReturn


def test_a_return_that_the_vendor_has_not_shown_yet_is_told_with_its_code(a_payment, merchants, noon):
    payment = learned(a_payment(since=noon - timedelta(days=3)), in_settlement_at=noon - timedelta(days=3))
    decision = record(merchants, payment, noon)
    (event,) = decision.events
    assert isinstance(event, PaymentReturned)
    assert (event.code, event.retry, event.retry_until, event.presentments_left, event.late) == (
        "901",
        Retry.ALLOWED,
        date(2026, 3, 29),
        1,
        False,
    )
    assert (decision.aggregate.state, decision.aggregate.returned_on) == (PaymentState.RETURNED, date(2026, 3, 2))


def test_insufficient_funds_may_be_tried_twice_more_in_the_united_states(an_american, merchants, noon):
    (event,) = record(
        merchants, learned(an_american(), in_settlement_at=noon), noon, code="R01", merchant_id="liberty-books"
    ).events
    assert (event.retry, event.retry_until, event.presentments_left) == (Retry.ALLOWED, date(2026, 8, 29), 2)


def test_a_code_that_comes_after_the_vendors_word_is_learned_and_no_second_return(a_payment, merchants, noon):
    returned = learned(a_payment(), returned_on=date(2026, 3, 5))
    decision = record(merchants, returned, noon, returned_on=date(2026, 3, 3))
    (event,) = decision.events
    assert isinstance(event, ReturnCodeLearned)
    assert (event.code, event.retry) == ("901", Retry.ALLOWED)
    assert (decision.aggregate.return_code, decision.aggregate.returned_on) == ("901", date(2026, 3, 3))


def test_a_return_after_final_is_late(a_payment, merchants, noon):
    final = learned(a_payment(), cleared_at=noon, final_at=noon)
    assert record(merchants, final, noon).events[0].late is True


def test_an_unlisted_code_is_kept_and_left_to_a_person(a_payment, merchants, noon):
    event, asked = record(merchants, learned(a_payment(), in_settlement_at=noon), noon, code="906").events
    assert (event.code, event.return_class, event.retry) == ("906", "unknown", "unknown")
    assert (asked.code, asked.action) == ("906", "review")


@pytest.mark.parametrize(
    ("fields", "given", "code"),
    [
        (None, {}, RefusalCode.NOT_FOUND),
        ({}, {"merchant_id": "liberty-books"}, RefusalCode.NOT_FOUND),
        ({}, {"merchant_id": "nobody"}, RefusalCode.UNKNOWN_MERCHANT),
        ({}, {"code": "R20"}, RefusalCode.COUNTRY_MISMATCH),
        ({}, {"returned_on": date(2026, 3, 4)}, RefusalCode.INVALID),
        ({"state": PaymentState.IN_SETTLEMENT}, {"returned_on": date(2020, 3, 2)}, RefusalCode.INVALID),
        ({"state": PaymentState.SUBMITTING}, {}, RefusalCode.WRONG_STATE),
        ({"state": PaymentState.AWAITING_MANDATE}, {}, RefusalCode.WRONG_STATE),
        ({"state": PaymentState.APPROVED}, {}, RefusalCode.WRONG_STATE),
        ({"state": PaymentState.DECLINED}, {}, RefusalCode.WRONG_STATE),
        ({"state": PaymentState.CANCELLED}, {}, RefusalCode.WRONG_STATE),
        (
            {"state": PaymentState.RETURNED, "returned_on": date(2026, 3, 2), "return_code": "901"},
            {},
            RefusalCode.ALREADY_EXISTS,
        ),
        (
            {"state": PaymentState.RETURNED, "returned_on": date(2026, 3, 2), "return_code": "905"},
            {},
            RefusalCode.CONFLICT,
        ),
    ],
)
def test_a_report_that_cannot_be_of_this_payment_is_refused_by_name(fields, given, code, a_payment, merchants, noon):
    payment = None if fields is None else a_payment(**fields)
    refusal = record(merchants, payment, noon, **given)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code
