"""The vendor's answers about payers, accounts, defaults and mandates."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from bankrails_messaging.decisions import Decision, Outcome, Result
from bankrails_testkit.snapshots import NOON, a_mandate, a_payer, an_account, an_outcome
from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, MandateState, next_look
from payments_service.domain.payer import Payer, PayerState
from payments_service.domain.payer_watch import PayerWatch
from payments_service.handlers import (
    record_bank_account,
    record_customer,
    record_default,
    record_mandate_request,
)
from payments_service.handlers.standing_of_accounts import Surroundings

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


class RECORD_BANK_ACCOUNT:  # noqa: N801 - as above
    @staticmethod
    def decide(outcome: Outcome, account: BankAccount, now: datetime) -> Decision:
        decision = record_bank_account.decide(outcome, Surroundings(account, a_payer()), now)
        return decision if decision.aggregate is not None else decision.also[0]


class RECORD_MANDATE_REQUEST:  # noqa: N801 - as above
    @staticmethod
    def decide(outcome: Outcome, mandate: Mandate, now: datetime) -> Decision:
        return record_mandate_request.decide(outcome, record_mandate_request.Situation(mandate, an_account()), now)


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
    decision = RECORD_BANK_ACCOUNT.decide(outcome, account, NOON)
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
    situation = record_mandate_request.Situation(mandate, an_account(), PayerWatch("payer", round=4))
    decision = record_mandate_request.decide(outcome, situation, NOON)
    assert (decision.aggregate.state, decision.aggregate.requested_at) == (MandateState.REQUESTED, NOON)
    assert only(decision).mailed is False
    (watched,) = decision.also
    (look,) = watched.work
    assert (look.kind, look.due_at) == ("look_at_mandates", NOON + timedelta(seconds=5))
    assert (look.payload["round"], watched.aggregate.round, watched.aggregate.since) == (5, 5, NOON)
    assert decision.aggregate.history == [{"what": "requested", "at": NOON.isoformat(), "by": "command command"}]


@pytest.mark.parametrize(("result", "code"), FAILURES)
@pytest.mark.parametrize(
    ("recorder", "aggregate", "state"),
    [
        (RECORD_CUSTOMER, a_payer(state=PayerState.REGISTERING), "REJECTED"),
        (RECORD_BANK_ACCOUNT, an_account(state=BankAccountState.REGISTERING), "REJECTED"),
        (RECORD_MANDATE_REQUEST, a_mandate(state=MandateState.REQUESTING), "REJECTED"),
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
