"""What a call that did not succeed answers its command with."""

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import CollectPayment, CommandRefused
from bankrails_messaging.decisions import Outcome, Result
from bankrails_messaging.refusals import code_after_read, refused
from bankrails_testkit.snapshots import a_payment


def outcome(result):
    return Outcome("work", "kind", "payment", "command", result, {}, reason="why")


@pytest.mark.parametrize(
    ("result", "write", "read"),
    [
        (Result.REJECTED, RefusalCode.VENDOR_REJECTED, RefusalCode.VENDOR_REJECTED),
        (Result.EXHAUSTED, RefusalCode.VENDOR_UNAVAILABLE, RefusalCode.VENDOR_UNAVAILABLE),
        (Result.UNKNOWN, RefusalCode.VENDOR_OUTCOME_UNKNOWN, RefusalCode.VENDOR_UNAVAILABLE),
        (Result.AMBIGUOUS, RefusalCode.VENDOR_OUTCOME_UNKNOWN, RefusalCode.VENDOR_UNAVAILABLE),
    ],
)
def test_silence_after_a_write_is_not_a_no(result, write, read):
    """Whoever is told that nothing was done sends it again."""
    (event,) = refused(CommandRefused, outcome(result), CollectPayment, a_payment()).events
    assert (event.code, code_after_read(result)) == (write, read)


def test_a_refusal_is_about_the_aggregate_as_it_is_now():
    """The event counts up its sequence and tells its state; the caller's own words replace the vendor's."""
    payment = a_payment()
    decision = refused(
        CommandRefused,
        outcome(Result.REJECTED),
        CollectPayment,
        payment,
        code=RefusalCode.CONFLICT,
        reason="ours",
        field="amount",
    )
    assert decision.aggregate is payment
    assert decision.events == (
        CommandRefused(
            command_id="command",
            command_type=CollectPayment.type,
            code=RefusalCode.CONFLICT,
            reason="ours",
            field="amount",
            aggregate_id=payment.id,
            state=payment.state,
        ),
    )


def test_a_call_that_was_withdrawn_has_no_refusal_of_its_own():
    """Why it was is known to the service alone; a guess here would hide it."""
    with pytest.raises(KeyError):
        refused(CommandRefused, outcome(Result.WITHDRAWN), CollectPayment, a_payment())
