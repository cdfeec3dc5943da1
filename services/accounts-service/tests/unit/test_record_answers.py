"""What the vendor's and the peer's answers make of an account."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from accounts_service.domain.customer import Customer
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.program import Program
from accounts_service.handlers import record_opening, record_shared_number
from accounts_service.handlers.placed import Placed
from accounts_service.handlers.rules import Rules
from bankrails_contracts.accounts import (
    AccountLimitReached,
    CommandRefused,
    ExternalAccountLinked,
    ExternalAccountShared,
    ExternalAccountState,
    LinkExternalAccount,
)
from bankrails_messaging.decisions import Decision, Outcome, Result
from bankrails_testkit.snapshots import an_outcome

Build = Callable[..., ExternalAccount]
VERIFIED = ExternalAccountState.VERIFIED
JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"


def answered(**answer: Any) -> Outcome:
    return an_outcome(key="external", answer=answer)


def recorded(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    placed = Placed(account, (), {}, Customer(account.customer_id), Program(external_accounts_max=3), Rules(share=True))
    return record_opening.decide(outcome, placed, now, LinkExternalAccount)


def test_the_vendors_full_is_a_request_for_a_person(an_account: Build, noon: datetime) -> None:
    """Its answer is shown beside our count, which was below; and the number is free meanwhile."""
    outcome = answered(fault="limit_reached", reason="62001 no more than 3")
    decision = recorded(outcome, an_account(), noon)
    (told,) = decision.events
    assert isinstance(told, AccountLimitReached)
    assert (told.counted, told.limit, told.ours, told.vendor_answer) == (0, 3, False, "62001 no more than 3")
    assert (decision.aggregate.state, decision.aggregate.number_fingerprint) == ("OVER_LIMIT", None)


@pytest.mark.parametrize("adopted", [True, False])
def test_a_made_account_is_verified_and_told(an_account: Build, noon: datetime, adopted: bool) -> None:
    """The vendor takes the word of whoever creates it; the status is Verified from the first moment."""
    outcome = answered(helix_external_account_id="4001", adopted=adopted)
    decision = recorded(outcome, an_account(), noon)
    assert (decision.aggregate.state, decision.aggregate.helix_external_account_id) == ("VERIFIED", "4001")
    linked, _ = decision.events
    assert isinstance(linked, ExternalAccountLinked)
    assert (linked.helix_external_account_id, linked.adopted) == ("4001", adopted)
    assert [work.kind for work in decision.work] == ["share_account", "look_at_helix"]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (answered(fault="nickname_taken", reason="62602 used"), "TAKEN"),
        (answered(fault="routing_number_unknown", reason="69205 unknown"), "INVALID"),
        (answered(fault="not_enabled", reason="62014 off"), "NOT_OFFERED"),
        (an_outcome(Result.REJECTED), "VENDOR_REJECTED"),
        (an_outcome(Result.EXHAUSTED), "VENDOR_UNAVAILABLE"),
        (an_outcome(Result.UNKNOWN), "VENDOR_OUTCOME_UNKNOWN"),
        (an_outcome(Result.AMBIGUOUS), "VENDOR_OUTCOME_UNKNOWN"),
    ],
)
def test_whatever_else_comes_is_a_refusal_by_name(
    an_account: Build, noon: datetime, outcome: Outcome, code: str
) -> None:
    """And the number is free again: the person may try once more, under a new id."""
    decision = recorded(outcome, an_account(), noon)
    (refusal,) = decision.events
    assert isinstance(refusal, CommandRefused)
    assert (refusal.code, refusal.state, refusal.command_id) == (code, "REJECTED", "command")
    assert refusal.reason
    assert (decision.aggregate.state, decision.aggregate.number_fingerprint, decision.work) == ("REJECTED", None, ())


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ({}, {"country": "US", "routing_number": "121042882"}),
        (
            {"country": "CA", "routing_number": None, "institution_number": "001", "transit_number": "12345"},
            {"country": "CA", "institution_number": "001", "transit_number": "12345"},
        ),
    ],
)
def test_a_sealed_number_is_shared_with_all_that_registering_needs(
    an_account: Build, noon: datetime, fields: dict[str, Any], numbers: dict[str, str]
) -> None:
    """payments-service asks nobody back."""
    account = an_account(state=VERIFIED, **fields)
    decision = record_shared_number.decide(answered(account_number=JWE), account, noon)
    (event,) = decision.events
    assert isinstance(event, ExternalAccountShared)
    assert event.account.model_dump() == numbers | {"account_number": JWE}
    assert (event.holder.first_name, event.account_masked) == ("Ada", "******6789")


@pytest.mark.parametrize("result", [Result.EXHAUSTED, Result.UNKNOWN, Result.REJECTED])
def test_a_peer_that_stays_away_is_asked_again_later(an_account: Build, noon: datetime, result: Result) -> None:
    """The person has done their part; the account must not hang in between for ever."""
    decision = record_shared_number.decide(an_outcome(result), an_account(state=VERIFIED), noon)
    assert decision.events == ()
    assert decision.again_at is not None
    assert decision.again_at > noon


def test_an_account_that_is_verified_no_longer_is_not_shared(an_account: Build, noon: datetime) -> None:
    """And nobody goes on asking for it."""
    account = an_account(state=ExternalAccountState.ARCHIVED)
    decision = record_shared_number.decide(answered(account_number=JWE), account, noon)
    assert (decision.events, decision.again_at) == ((), None)
