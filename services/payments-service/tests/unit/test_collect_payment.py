"""CollectPayment: what is accepted, and every rule that refuses, by the name of its field."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import PaymentAccepted, PaymentState
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_telemetry.redaction import clean_text
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.snapshots import AMERICAN, CANADIAN, NOON, a_mandate, a_payer, a_payment, an_account
from bankrails_vendor_http.budget import Lane
from payments_service.domain.bank_account import BankAccountState
from payments_service.domain.mandate import MandateState
from payments_service.handlers.collect_payment import Situation, decide

READY = Situation(CANADIAN, a_payer(), an_account(), [a_mandate()], payment=None)


def a_command(**fields: Any) -> Any:
    return collect_payment("payer", "account", 4_995, payment_id="payment", **fields)


def cents(amount_minor: int, currency: Currency = Currency.CAD) -> Money:
    return Money(amount_minor=amount_minor, currency=currency)


def test_what_breaks_no_rule_is_accepted_and_becomes_one_call() -> None:
    """Accepted is ours to collect; the bank hears of it from the worker, under a gate that its twins share."""
    command = a_command(not_after=NOON + timedelta(days=1))
    decision = decide(command, READY, NOON)
    assert isinstance(decision, Decision)
    payment, (accepted,), (work,) = decision.aggregate, decision.events, decision.work
    assert (payment.id, payment.state, payment.amount_minor, payment.version) == (
        "payment",
        PaymentState.ACCEPTED,
        4_995,
        0,
    )
    assert isinstance(accepted, PaymentAccepted)
    assert (accepted.payment_id, accepted.amount) == ("payment", command.amount)
    assert (work.kind, work.lane, work.budget, work.gate) == (
        "withdraw",
        Lane.MONEY,
        "helcim/maple-books",
        "maple-books/account/4995",
    )
    assert (work.payload["vendor_customer_id"], work.payload["vendor_bank_account_id"]) == ("501", "601")
    assert work.payload["not_after"] == (NOON + timedelta(days=1)).isoformat()


def test_payments_that_look_alike_share_a_gate_and_others_do_not() -> None:
    """In the vendor's list they could not be told apart, so only one may be in doubt."""
    same = a_payment(id="other").twin_gate
    assert a_payment().twin_gate == same
    for other in ({"amount_minor": 1}, {"bank_account_id": "x"}, {"merchant_id": "x"}):
        assert a_payment(**other).twin_gate != same


@pytest.mark.parametrize(
    ("command", "situation", "code", "field"),
    [
        ({}, {"merchant": None}, "UNKNOWN_MERCHANT", "merchant_id"),
        ({"amount": cents(1, Currency.USD)}, {}, "CURRENCY_MISMATCH", "amount.currency"),
        ({}, {"merchant": AMERICAN}, "CURRENCY_MISMATCH", "amount.currency"),
        ({"amount": cents(2_500_001)}, {}, "AMOUNT_ABOVE_LIMIT", "amount.amount_minor"),
        ({}, {"merchant": replace(CANADIAN, payment_max_minor=4_994)}, "AMOUNT_ABOVE_LIMIT", "amount.amount_minor"),
        ({"not_after": NOON}, {}, "TOO_LATE", "not_after"),
        ({"not_after": NOON - timedelta(days=1)}, {}, "TOO_LATE", "not_after"),
        ({}, {"payer": None}, "NOT_FOUND", "payer_id"),
        ({}, {"payer": a_payer(merchant_id="liberty-books")}, "NOT_FOUND", "payer_id"),
        ({}, {"account": None}, "NOT_FOUND", "bank_account_id"),
        ({}, {"account": an_account(payer_id="somebody else")}, "NOT_FOUND", "bank_account_id"),
        ({}, {"account": an_account(state=BankAccountState.REGISTERING)}, "WRONG_STATE", "bank_account_id"),
        ({}, {"account": an_account(state=BankAccountState.REJECTED)}, "WRONG_STATE", "bank_account_id"),
        ({}, {"payer": a_payer(country="US")}, "COUNTRY_MISMATCH", "payer_id"),
        ({}, {"account": an_account(country="US")}, "COUNTRY_MISMATCH", "bank_account_id"),
        ({}, {"account": an_account(disabled_for=["return R02"])}, "ACCOUNT_DISABLED", "bank_account_id"),
        ({}, {"account": an_account(superseded_at=NOON, successor_id="b")}, "ACCOUNT_DISABLED", "bank_account_id"),
        ({}, {"mandates": []}, "MANDATE_MISSING", "bank_account_id"),
        ({}, {"mandates": [a_mandate(state=MandateState.REVOKED)]}, "MANDATE_REVOKED", "bank_account_id"),
        ({}, {"mandates": [a_mandate(one_time=True, used_by="another")]}, "MANDATE_MISSING", "bank_account_id"),
        ({"re_presents": "before"}, {}, "RETRY_NOT_ALLOWED", "re_presents"),
        ({"collect_on": date(2026, 3, 9), "not_after": NOON + timedelta(days=1)}, {}, "TOO_LATE", "not_after"),
    ],
)
def test_each_rule_refuses_by_name(command: dict[str, Any], situation: dict[str, Any], code: str, field: str) -> None:
    """Nothing goes to the vendor, and the sender can put it right."""
    refusal = decide(a_command(**command), replace(READY, **situation), NOON)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)
    assert refusal.reason
    assert clean_text(refusal.reason) == refusal.reason  # an amount in it is not taken for an account number


@pytest.mark.parametrize("amount_minor", [1, 2_500_000])
def test_the_limits_themselves_are_allowed(amount_minor: int) -> None:
    """25,000.00 is what the vendor takes; one cent is a payment."""
    assert isinstance(decide(a_command(amount=cents(amount_minor)), READY, NOON), Decision)
