"""Mandates that the merchant accepts or revokes at the vendor, on the payer's behalf or because of a return."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bankrails_contracts.payments import (
    MandateAccepted,
    MandateAction,
    PaymentState,
    UpdateMandate,
)
from bankrails_messaging.decisions import Decision, Refusal, Result
from bankrails_testkit.snapshots import CANADIAN, NOON, a_mandate, a_payer, a_payment, an_account, an_outcome
from payments_service.domain.bank_account import BankAccountState
from payments_service.domain.mandate import (
    Mandate,
    MandateState,
)
from payments_service.handlers import record_mandate_update, update_mandate
from payments_service.handlers.standing_of_accounts import Surroundings

ACTIVE = {
    "vendor_mandate_id": "701",
    "state": "ACTIVE",
    "accepted_at": "2026-03-02T11:00:00+00:00",
    "revoked_at": None,
    "earliest_debit_on": "2026-03-05",
}
REVOKED = ACTIVE | {"state": "REVOKED", "revoked_at": "2026-03-02T11:30:00+00:00"}
AN_HOUR = timedelta(hours=1)


def ended(**fields: Any) -> Mandate:
    return a_mandate(**{"state": MandateState.REVOKED, "revoked_at": NOON - AN_HOUR} | fields)


def events(decision: Decision) -> list[Any]:
    return [event for part in (decision, *decision.also) for event in part.events]


def aggregate(decision: Decision, kind: type) -> Any:
    return next((part.aggregate for part in decision.also if isinstance(part.aggregate, kind)), None)


def update(action: MandateAction, held: Mandate | None = None, **situation: Any) -> Decision | Refusal:
    found = a_mandate() if held is None else held
    made = update_mandate.Situation(CANADIAN, found, an_account(), [found])
    command = UpdateMandate(
        merchant_id="maple-books", mandate_id="mandate", action=action, ip_address="203.0.113.7", reason="by phone"
    )
    return update_mandate.decide(command, replace(made, **situation), NOON)


ALLOWED = {
    (MandateState.REQUESTED, MandateAction.ACCEPT),
    (MandateState.REQUESTED, MandateAction.REVOKE),
    (MandateState.ACCEPTED, MandateAction.REVOKE),
}


@pytest.mark.parametrize("state", list(MandateState))
@pytest.mark.parametrize("action", list(MandateAction))
def test_a_mandate_is_updated_in_the_states_that_allow_it(state: MandateState, action: MandateAction) -> None:
    """What has ended is not revived."""
    verdict = update(action, a_mandate(state=state))
    assert isinstance(verdict, Decision) is ((state, action) in ALLOWED)
    if isinstance(verdict, Refusal):
        assert (verdict.code, verdict.field) == ("WRONG_STATE", "action")


def test_the_vendor_is_asked_one_at_a_time_per_account() -> None:
    """The gate is the one of the requests, so that nothing is accepted while another agreement is being made."""
    verdict = update(MandateAction.ACCEPT)
    assert isinstance(verdict, Decision)
    (work,) = verdict.work
    assert (work.gate, work.payload["ip_address"]) == ("maple-books/account/601", "203.0.113.7")


def test_a_second_mandate_cannot_be_accepted_while_one_is_active() -> None:
    """The vendor would refuse it too, in words that name nothing."""
    active = a_mandate(id="active", state=MandateState.ACCEPTED)
    verdict = update(MandateAction.ACCEPT, others=[active, a_mandate()])
    assert isinstance(verdict, Refusal)
    assert "mandate active of the same bank account" in verdict.reason


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ({"merchant": None}, "UNKNOWN_MERCHANT"),
        ({"mandate": None}, "NOT_FOUND"),
        ({"mandate": a_mandate(merchant_id="x")}, "NOT_FOUND"),
        ({"account": an_account(state=BankAccountState.REMOVED)}, "WRONG_STATE"),
    ],
)
def test_each_other_rule_of_an_update_refuses_by_name(situation: dict[str, Any], code: str) -> None:
    verdict = update(MandateAction.REVOKE, **situation)
    assert isinstance(verdict, Refusal)
    assert verdict.code == code


def updated(
    action: MandateAction, mandate: Mandate, pad: dict[str, Any], *, commanded: bool = True, **around: Any
) -> Decision:
    payload = {"action": action.value, "reason": "by phone", "commanded": commanded}
    outcome = an_outcome(payload=payload, answer=pad)
    scene = Surroundings(an_account(), a_payer(), [mandate], **around)
    return record_mandate_update.decide(outcome, record_mandate_update.Situation(mandate, scene), NOON)


def test_the_merchants_acceptance_and_revocation_are_told_as_what_they_are() -> None:
    """Who did it, and why, stays with the mandate."""
    (accepted,) = events(updated(MandateAction.ACCEPT, a_mandate(), ACTIVE))
    assert isinstance(accepted, MandateAccepted)
    for state, pad in ((MandateState.ACCEPTED, REVOKED), (MandateState.REQUESTED, ACTIVE | {"state": "NOT_ACCEPTED"})):
        waiting = [a_payment(state=PaymentState.ACCEPTED)]
        decision = updated(MandateAction.REVOKE, a_mandate(state=state), pad, waiting=waiting)
        revoked, refused = events(decision)
        assert (revoked.reason, refused.code) == ("by phone", "MANDATE_REVOKED")
        entry = aggregate(decision, Mandate).history[-1]
        assert (entry["what"], entry["by"]) == ("revoked", "command command")


def test_a_command_that_a_look_was_faster_than_is_answered_all_the_same() -> None:
    """Every command has an answer; the mandate's own event was published by the look."""
    refused: Any
    (refused,) = updated(MandateAction.ACCEPT, a_mandate(state=MandateState.ACCEPTED), ACTIVE).events
    assert (refused.code, refused.state) == ("WRONG_STATE", "ACCEPTED")


def test_what_a_return_has_ended_is_ended_at_the_vendor_until_it_is() -> None:
    """No command waits for it, so nobody else would notice that it failed."""
    payload = {"action": "revoke", "reason": "R07", "commanded": False}
    outcome = an_outcome(Result.EXHAUSTED, payload=payload)
    scene = Surroundings(an_account(), a_payer(), [ended()])
    situation = record_mandate_update.Situation(ended(), scene)
    assert record_mandate_update.decide(outcome, situation, NOON) == Decision(again_at=NOON + AN_HOUR)
    assert updated(MandateAction.REVOKE, ended(), REVOKED, commanded=False) == Decision()
