"""The vendor's answers about payers, accounts, defaults and mandates."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bankrails_messaging.decisions import Decision, Outcome, Result
from bankrails_testkit.snapshots import NOON, a_mandate, a_payer, an_account, an_outcome
from payments_service.domain.bank_account import BankAccountState
from payments_service.domain.mandate import MandateState, next_look
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers import (
    record_bank_account,
    record_customer,
    record_default,
    record_mandate_request,
    record_mandate_state,
)

FAILURES = [
    (Result.REJECTED, "VENDOR_REJECTED"),
    (Result.EXHAUSTED, "VENDOR_UNAVAILABLE"),
    (Result.UNKNOWN, "VENDOR_OUTCOME_UNKNOWN"),
    (Result.AMBIGUOUS, "VENDOR_OUTCOME_UNKNOWN"),
]


class RECORD_CUSTOMER:  # noqa: N801 - stands where a module stands
    @staticmethod
    def decide(outcome: Outcome, payer: Payer, now: datetime) -> Decision:
        return record_customer.decide(outcome, record_customer.Situation(payer, None), str)


def only(decision: Decision) -> Any:
    (event,) = decision.events
    return event


@pytest.mark.parametrize("adopted", [True, False])
def test_a_customer_that_is_there_makes_the_payer_registered(adopted: bool) -> None:
    """Made or found, it is the vendor's id that everything later needs."""
    payer = a_payer(state=PayerState.REGISTERING, vendor_customer_id=None)
    outcome = an_outcome(answer={"vendor_customer_id": "501", "adopted": adopted})
    decision = RECORD_CUSTOMER.decide(outcome, payer, NOON)
    assert (decision.aggregate.state, decision.aggregate.vendor_customer_id) == (PayerState.REGISTERED, "501")
    assert (only(decision).vendor_customer_id, only(decision).adopted) == ("501", adopted)


@pytest.mark.parametrize("found", [True, False])
def test_an_account_that_is_there_is_registered(found: bool) -> None:
    """The event shows the last four digits and no more."""
    account = an_account(state=BankAccountState.REGISTERING, vendor_bank_account_id=None)
    outcome = an_outcome(answer={"vendor_bank_account_id": "601"}, found=found)
    decision = record_bank_account.decide(outcome, account, NOON)
    assert (decision.aggregate.state, decision.aggregate.vendor_bank_account_id) == (BankAccountState.REGISTERED, "601")
    assert (only(decision).account_masked, only(decision).adopted) == ("******4567", found)


def test_a_default_is_set_when_the_vendor_says_so() -> None:
    """The payer is the aggregate."""
    decision = record_default.decide(an_outcome(payload={"bank_account_id": "account"}), a_payer(), NOON)
    assert (decision.aggregate.default_bank_account_id, only(decision).bank_account_id) == ("account", "account")


def test_a_requested_mandate_is_watched_from_now_on() -> None:
    """The vendor announces nothing, so asking is the only way to learn that the payer has agreed."""
    mandate = a_mandate(state=MandateState.REQUESTING, vendor_mandate_id=None, requested_at=None)
    outcome = an_outcome(answer={"vendor_mandate_id": "701"}, payload={"merchant_id": "maple-books"}, found=True)
    decision = record_mandate_request.decide(outcome, mandate, NOON)
    assert (decision.aggregate.state, decision.aggregate.requested_at) == (MandateState.REQUESTED, NOON)
    assert only(decision).mailed is False
    (watch,) = decision.work
    assert (watch.kind, watch.due_at, watch.payload["vendor_mandate_id"]) == (
        "watch_mandate",
        NOON + timedelta(seconds=5),
        "701",
    )


@pytest.mark.parametrize(("result", "code"), FAILURES)
@pytest.mark.parametrize(
    ("recorder", "aggregate", "state"),
    [
        (RECORD_CUSTOMER, a_payer(state=PayerState.REGISTERING), "REJECTED"),
        (record_bank_account, an_account(state=BankAccountState.REGISTERING), "REJECTED"),
        (record_mandate_request, a_mandate(state=MandateState.REQUESTING), "REJECTED"),
        (record_default, a_payer(), "REGISTERED"),
    ],
    ids=["payer", "account", "mandate", "default"],
)
def test_a_call_that_made_nothing_answers_its_command(
    recorder: Any, aggregate: Any, state: str, result: Result, code: str
) -> None:
    """Every command has an answer, and the aggregate says where it stands now."""
    decision = recorder.decide(an_outcome(result), aggregate, NOON)
    refused = only(decision)
    assert (refused.code, refused.command_id, refused.reason, refused.state) == (code, "command", "why", state)
    assert decision.aggregate.state == state


ACCEPTED = {
    "accepted": True,
    "active": True,
    "accepted_at": "2026-03-02T11:00:00+00:00",
    "revoked_at": None,
    "earliest_debit_on": "2026-03-05",
}


def test_an_accepted_mandate_is_told_and_no_longer_watched() -> None:
    """With the day from which the payer may be debited, where the vendor names one."""
    decision = record_mandate_state.decide(an_outcome(answer=ACCEPTED), a_mandate(), NOON)
    assert (decision.aggregate.state, decision.again_at) == (MandateState.ACCEPTED, None)
    assert only(decision).earliest_debit_on == date(2026, 3, 5)
    assert only(decision).accepted_at == NOON - timedelta(hours=1)


def test_a_revoked_mandate_is_told() -> None:
    """Consent was withdrawn: later debits are refused."""
    answer = ACCEPTED | {"active": False, "revoked_at": "2026-03-02T11:30:00+00:00"}
    decision = record_mandate_state.decide(an_outcome(answer=answer), a_mandate(), NOON)
    assert (decision.aggregate.state, type(only(decision)).__name__) == (MandateState.REVOKED, "MandateRevoked")


@pytest.mark.parametrize(
    "outcome",
    [an_outcome(answer=ACCEPTED | {"accepted": False}), *[an_outcome(result) for result, _ in FAILURES]],
)
def test_while_nothing_is_known_it_is_asked_again(outcome: Any) -> None:
    """A vendor that is away for a day must not end the watch."""
    decision = record_mandate_state.decide(outcome, a_mandate(), NOON + timedelta(hours=1))
    assert (decision.aggregate, decision.events) == (None, ())
    assert decision.again_at == NOON + timedelta(hours=1, minutes=5)


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(0), timedelta(seconds=5)),
        (timedelta(minutes=9), timedelta(seconds=5)),
        (timedelta(minutes=10), timedelta(minutes=5)),
        (timedelta(hours=23), timedelta(minutes=5)),
        (timedelta(hours=24), timedelta(hours=1)),
        (timedelta(days=30), timedelta(days=1)),
        (timedelta(days=900), timedelta(days=1)),
    ],
)
def test_a_mandate_is_asked_about_often_while_the_mail_is_open_and_rarely_later(
    age: timedelta, pause: timedelta
) -> None:
    """The vendor's quota is shared with the debits."""
    assert next_look(NOON, NOON + age) == NOON + age + pause
