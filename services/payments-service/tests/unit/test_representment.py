"""A returned payment presented again: what its code, the days, the amount and the count allow, and one successor only."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.snapshots import CANADIAN, NOON, a_mandate, a_payer, a_payment, an_account
from payments_service.domain.mandate import MandateState, why_not
from payments_service.handlers.collect_payment import Situation, decide
from payments_service.handlers.one_time_mandate import use

RETURNED = a_payment(
    id="before",
    state=S.RETURNED,
    return_code="901",
    retry="allowed",
    retry_until=date(2026, 3, 20),
    presentments_left=1,
)


def collected(cents: int = 4_995, **fields: Any) -> Decision | Refusal:
    made = {"account": an_account(), "before": RETURNED} | fields
    situation = Situation(CANADIAN, a_payer(), made["account"], [a_mandate()], payment=None, before=made["before"])
    situation = replace(situation, successor=made.get("successor"))
    command = collect_payment("payer", "account", cents, payment_id="again", re_presents="before")
    return decide(command, situation, NOON)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"account": an_account(id="account", replaces="old"), "before": replace(RETURNED, bank_account_id="old")},
        {"successor": a_payment(id="first try", state=S.REFUSED)},
        {"before": replace(RETURNED, retry_until=date(2026, 3, 2))},
    ],
)
def test_it_names_the_one_before_and_counts(fields: dict[str, Any]) -> None:
    """So that settlement-watcher counts presentments over both, and a third one is seen for what it is."""
    decision = collected(**fields)
    assert isinstance(decision, Decision)
    accepted: Any = decision.events[0]
    assert (accepted.re_presents, accepted.presentment) == ("before", 2)
    (before,) = decision.also
    assert before.aggregate.re_presented_by == "again"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"before": None}, "no such payment"),
        ({"before": replace(RETURNED, merchant_id="liberty-books")}, "no such payment"),
        ({"before": replace(RETURNED, state=S.CLEARED)}, "CLEARED, not returned"),
        ({"before": replace(RETURNED, payer_id="somebody else")}, "another payer"),
        ({"before": replace(RETURNED, bank_account_id="other")}, "another bank account"),
        ({"cents": 4_994}, "must stay the same"),
        ({"before": replace(RETURNED, retry="never", return_code="905")}, "905"),
        ({"before": replace(RETURNED, retry="after_correction")}, "after_correction"),
        ({"before": replace(RETURNED, retry="unknown", return_code=None)}, "not known yet"),
        ({"before": replace(RETURNED, retry=None, return_code=None)}, "not known yet"),
        ({"before": replace(RETURNED, retry_until=date(2026, 3, 1))}, "until 2026-03-01"),
        ({"before": replace(RETURNED, presentments_left=0)}, "may not be again"),
        ({"successor": a_payment(id="first try", state=S.APPROVED)}, "presents it again already"),
        ({"successor": a_payment(id="first try", state=S.RETURNED)}, "presents it again already"),
    ],
)
def test_each_rule_refuses_by_name(fields: dict[str, Any], reason: str) -> None:
    """Counting retries per payment and not per return is how a fourth debit comes about."""
    refusal = collected(**fields)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("RETRY_NOT_ALLOWED", "re_presents")
    assert reason in refusal.reason


@pytest.mark.parametrize("state", [S.REFUSED, S.DECLINED, S.VOIDED])
def test_a_presentment_that_moved_nothing_leaves_its_one_time_mandate_to_the_next_one(state: S) -> None:
    """The mandate was for that debit, which is still owed; else a stop would end the right to collect it."""
    used_up = a_mandate(state=MandateState.USED_UP, one_time=True, used_by="again")
    again = a_payment(id="again", state=state, re_presents="before")
    (given_back,) = use(again, used_up, NOON)
    assert why_not([given_back.aggregate], "third", "before") is None
    assert why_not([given_back.aggregate], "another debit") is not None
    assert use(replace(again, re_presents=None), used_up, NOON) == ()
