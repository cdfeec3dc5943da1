"""The answer to a look at one payment: told to whoever asked, also when its merchant is there no more."""

import pytest
from bankrails_messaging.decisions import Outcome, Result
from settlement_watcher.handlers.record_observation import answerings


@pytest.mark.parametrize("kind", ["first_look", "recheck"])
def test_a_merchant_that_is_configured_no_longer_is_said_to_be_unknown(kind, merchants, a_payment, a_row):
    """Taken out of the file between the call and its decision: a refusal, and nothing parked."""
    (answering,) = [item for item in answerings(merchants) if item.kind == kind]
    payment = a_payment(merchant_id="gone-books")
    outcome = Outcome("work", kind, payment.id, "command", Result.ANSWERED, {}, a_row().as_json())
    decision = answering.decide(outcome, payment, a_row().observed_at)
    assert [event.code for event in decision.events] == ["UNKNOWN_MERCHANT"]
    assert decision.aggregate == payment
