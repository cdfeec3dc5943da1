"""On which day a payment goes out: the command's, the mandate's, and the payer's notice; by the merchant's calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bankrails_messaging.decisions import Decision, Result
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.snapshots import CANADIAN, a_mandate, a_payer, a_payment, an_account, an_outcome
from payments_service.domain.mandate import MandateState
from payments_service.domain.schedule import opens_at
from payments_service.handlers import record_withdrawal
from payments_service.handlers.collect_payment import Situation, decide

EVENING = datetime(2026, 3, 3, 3, tzinfo=UTC)
"""22:00 of the second where the merchant is, and the third elsewhere."""


def collected(mandate: Any = None, notice_days: int = 0, **fields: Any) -> Decision:
    merchant = replace(CANADIAN, pre_notification_days=notice_days)
    situation = Situation(merchant, a_payer(), an_account(), [mandate or a_mandate()], payment=None)
    verdict = decide(collect_payment("payer", "account", payment_id="payment", **fields), situation, EVENING)
    assert isinstance(verdict, Decision)
    return verdict


def named(decision: Decision) -> dict[str, Any]:
    return {type(event).__name__: event for event in decision.events}


STARTS_LATER = a_mandate(state=MandateState.ACCEPTED, earliest_debit_on=date(2026, 3, 5))


@pytest.mark.parametrize(
    ("fields", "due_on", "reason"),
    [
        ({"collect_on": date(2026, 3, 3)}, date(2026, 3, 3), "collect_on"),
        ({"mandate": STARTS_LATER}, date(2026, 3, 5), "mandate_start"),
        ({"mandate": STARTS_LATER, "collect_on": date(2026, 3, 4)}, date(2026, 3, 5), "mandate_start"),
        ({"mandate": STARTS_LATER, "collect_on": date(2026, 3, 6)}, date(2026, 3, 6), "collect_on"),
        ({"notice_days": 10}, date(2026, 3, 12), "pre_notification"),
        ({"notice_days": 10, "notified_on": date(2026, 2, 25)}, date(2026, 3, 7), "pre_notification"),
        ({"notice_days": 10, "collect_on": date(2026, 3, 20)}, date(2026, 3, 20), "collect_on"),
        ({"notice_days": 10, "mandate": a_mandate(pre_notification_days=3)}, date(2026, 3, 5), "pre_notification"),
    ],
)
def test_it_waits_for_the_latest_of_what_it_must_wait_for(fields: dict[str, Any], due_on: date, reason: str) -> None:
    """And says for which; its work stands until that day's morning where the merchant is."""
    decision = collected(**fields)
    scheduled = named(decision)["PaymentScheduled"]
    assert (scheduled.due_on, scheduled.reason, decision.aggregate.due_on) == (due_on, reason, due_on)
    (work,) = decision.work
    assert work.due_at == opens_at("America/Toronto", due_on)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"collect_on": date(2026, 3, 2)},
        {"collect_on": date(2026, 2, 1)},
        {"notice_days": 10, "notified_on": date(2026, 2, 20)},
        {"notice_days": 10, "mandate": a_mandate(pre_notification_days=0)},
        {"mandate": a_mandate(state=MandateState.ACCEPTED, earliest_debit_on=date(2026, 3, 2))},
    ],
)
def test_what_waits_for_nothing_goes_out_at_once(fields: dict[str, Any]) -> None:
    """Today is the merchant's: at 03:00 UTC on the third it is still the second."""
    decision = collected(**fields)
    assert list(named(decision)) == ["PaymentAccepted"]
    assert (decision.work[0].due_at, decision.aggregate.due_on) == (None, None)


def test_whoever_must_tell_the_payer_is_told_by_when() -> None:
    """Ten calendar days before the debit, unless they have been told or have waived it."""
    due = named(collected(notice_days=10, collect_on=date(2026, 3, 20)))["PreNotificationDue"]
    assert (due.notify_on, due.collect_on, due.days, due.mandate_id) == (
        date(2026, 3, 10),
        date(2026, 3, 20),
        10,
        "mandate",
    )
    assert "PreNotificationDue" not in named(collected(notice_days=10, notified_on=date(2026, 3, 1)))


def test_a_mandate_that_turns_out_to_start_later_puts_the_debit_off() -> None:
    """It was accepted after the payment was: known in the commit before sending, and told."""
    payload = {"merchant_id": "maple-books", "time_zone": "America/Toronto"}
    outcome = an_outcome(Result.WITHDRAWN, reason="NOT_BEFORE: 2026-03-05", payload=payload)
    decision = record_withdrawal.decide(outcome, record_withdrawal.Situation(a_payment()), EVENING)
    (work,) = decision.work
    assert (named(decision)["PaymentScheduled"].due_on, work.payload) == (date(2026, 3, 5), payload)
    assert work.due_at == opens_at("America/Toronto", date(2026, 3, 5))


def test_the_mornings_hour_is_the_wall_clocks_through_daylight_saving() -> None:
    """Eight in Toronto is 13:00 UTC before the eighth of March, and 12:00 after."""
    assert opens_at("America/Toronto", date(2026, 3, 7)).hour == 13
    assert opens_at("America/Toronto", date(2026, 3, 8)).hour == 12
