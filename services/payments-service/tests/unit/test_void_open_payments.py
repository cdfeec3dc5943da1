"""A test account's open payments are stopped by one command; nobody else's are."""

from dataclasses import replace

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.payments import VoidOpenPayments
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_testkit.snapshots import CANADIAN, NOON
from payments_service.domain.merchant_status import MerchantState
from payments_service.handlers.void_open_payments import STILL_OPEN, Situation, decide

COMMAND = VoidOpenPayments(merchant_id="maple-books", by="ada")


def test_each_open_payment_is_stopped_by_a_command_of_its_own() -> None:
    """By whatever is possible for it, and never by a refund: nothing ever settles there."""
    testing = replace(CANADIAN, holds_funding=True)
    verdict = decide(COMMAND, Situation(testing, None, ["a", "b"]), NOON)
    assert isinstance(verdict, Decision)
    assert [(stop.payment_id, stop.or_refund) for stop in verdict.commands] == [("a", False), ("b", False)]
    (event,) = verdict.events
    assert (event.payments, verdict.aggregate.state) == (2, MerchantState.ACTIVE)


@pytest.mark.parametrize(("merchant", "code"), [(CANADIAN, "NOT_OFFERED"), (None, "UNKNOWN_MERCHANT")])
def test_for_any_other_merchant_it_is_refused(merchant: object, code: str) -> None:
    """One mistyped name would stop a day's collections."""
    verdict = decide(COMMAND, Situation(merchant, None, ["a"]), NOON)
    assert isinstance(verdict, Refusal)
    assert verdict.code == code


def test_open_is_what_can_still_be_undone_without_a_refund() -> None:
    """The rest has left the vendor, or come to its end."""
    assert {S.ACCEPTED, S.SUBMITTING, S.UNKNOWN, S.AWAITING_MANDATE, S.APPROVED} == STILL_OPEN
