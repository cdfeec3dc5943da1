"""ResolveUnknown for each of the four calls: adopted after comparison, sent once more, or ended without money moved."""

from dataclasses import replace
from typing import Any

import pytest
from bankrails_contracts.payments import MoneyCall, RefundState, ResolveUnknown
from bankrails_contracts.payments import PaymentState as S
from bankrails_messaging.decisions import Decision, Outcome, Refusal, Result
from bankrails_testkit.snapshots import CANADIAN, NOON, a_payment, an_account, an_outcome
from payments_service.domain.doubt import Doubt
from payments_service.domain.payment import Payment
from payments_service.domain.refund import Refund
from payments_service.domain.undo import Ask, Undo
from payments_service.handlers import record_resolution
from payments_service.handlers.resolve_unknown import Situation, decide, needs_operator

DOUBT = Doubt(NOON, "2 effects at the vendor could be this one", needs_operator=True, candidates=("801", "802"))
APPROVED = a_payment(state=S.APPROVED, vendor_payment_id="801")


def undoing(call: MoneyCall, state: S) -> Payment:
    return replace(APPROVED, state=state).with_undo(Undo(call, Ask("StopPayment"), DOUBT))


IN_DOUBT = {
    "withdraw": a_payment(state=S.UNKNOWN, unknown_since=NOON, needs_operator=True, candidates=["801", "802"]),
    "refund": replace(APPROVED, state=S.CLEARED).with_refund(Refund("r", 100, RefundState.UNKNOWN, doubt=DOUBT)),
    "void": undoing(MoneyCall.VOID, S.APPROVED),
    "cancel": undoing(MoneyCall.CANCEL, S.AWAITING_MANDATE),
}
ROWS = {
    "withdraw": {"id": "802", "type": "WITHDRAWAL", "amount_minor": 4_995, "original_id": "0"},
    "refund": {"id": "902", "type": "REFUND", "amount_minor": 100, "original_id": "801"},
    "void": {"id": "902", "type": "REVERSE", "amount_minor": 4_995, "original_id": "801"},
    "cancel": {"id": "801", "type": "WITHDRAWAL", "amount_minor": 4_995, "original_id": "0"},
}


def command(call: str, **fields: Any) -> ResolveUnknown:
    made = {"merchant_id": "maple-books", "payment_id": "payment", "call": call, "by": "ada", "reason": "asked them"}
    return ResolveUnknown.model_validate(made | {"refund_id": "r" if call == "refund" else None} | fields)


def resolving(call: str, payment: Payment | None = None, **fields: Any) -> Decision | Refusal:
    return decide(command(call, **fields), Situation(CANADIAN, payment or IN_DOUBT[call], an_account()), NOON)


def read(call: str, taken_by: str | None = None, payment: Payment | None = None, **row: Any) -> Decision:
    known = {"vendor_bank_account_id": "601", "status_auth": "APPROVED", "response_message": ""} | ROWS[call]
    known |= {"status_auth": "CANCELLED"} if call == "cancel" else {}
    known |= row
    asked = command(call, vendor_payment_id=known["id"])
    payload = {"vendor_bank_account_id": "601", "command": asked.model_dump(mode="json")}
    outcome = an_outcome(answer=known, payload=payload)
    return outcome_of(call, outcome, taken_by, payment)


def outcome_of(call: str, outcome: Outcome, taken_by: str | None = None, payment: Payment | None = None) -> Decision:
    return record_resolution.decide(outcome, record_resolution.Situation(payment or IN_DOUBT[call], taken_by), NOON)


def names(decision: Decision) -> list[str]:
    return [type(event).__name__ for event in decision.events]


@pytest.mark.parametrize("call", list(IN_DOUBT))
def test_what_an_operator_found_is_read_at_the_vendor_first(call: str) -> None:
    """Nothing changes before that."""
    decision = resolving(call, vendor_payment_id="802")
    assert isinstance(decision, Decision)
    assert ([work.kind for work in decision.work], decision.aggregate, decision.ends) == (["read_candidate"], None, ())


@pytest.mark.parametrize(
    ("call", "told", "state"),
    [
        ("withdraw", ["PaymentSubmitted", "PaymentApproved"], S.APPROVED),
        ("refund", ["RefundSubmitted"], S.CLEARED),
        ("void", ["PaymentVoided"], S.VOIDED),
        ("cancel", ["PaymentCancelled"], S.CANCELLED),
    ],
)
def test_what_is_ours_is_adopted_and_the_waiting_work_ends_with_it(call: str, told: list[str], state: S) -> None:
    """In one commit, and the event says whose word it was."""
    decision = read(call)
    first: Any = decision.events[0]
    assert (first.resolution, first.by, first.call) == ("found", "ada", call)
    assert (names(decision)[1:], decision.aggregate.state, decision.ends) == (told, state, (call,))
    assert not needs_operator(decision.aggregate, MoneyCall(call), "r")


def test_a_void_is_also_shown_by_the_debit_itself() -> None:
    """Where the vendor never named what reversed it."""
    decision = read("void", id="801", type="WITHDRAWAL", original_id="0", status_auth="CANCELLED")
    assert (decision.aggregate.state, decision.aggregate.vendor_void_id) == (S.VOIDED, None)


@pytest.mark.parametrize(
    ("call", "row"),
    [
        ("withdraw", {"vendor_bank_account_id": "602"}),
        ("withdraw", {"amount_minor": 1}),
        ("withdraw", {"type": "REFUND"}),
        ("withdraw", {"taken_by": "payment other"}),
        ("refund", {"vendor_bank_account_id": "602"}),
        ("refund", {"amount_minor": 99}),
        ("refund", {"type": "WITHDRAWAL"}),
        ("refund", {"original_id": "777"}),
        ("refund", {"taken_by": "refund x of payment payment"}),
        ("void", {"original_id": "777"}),
        ("void", {"type": "REFUND"}),
        ("void", {"id": "801"}),
        ("cancel", {"status_auth": "APPROVED"}),
        ("cancel", {"id": "902"}),
    ],
)
def test_what_differs_is_refused_with_what_differs(call: str, row: dict[str, Any]) -> None:
    """Merchant, account, amount, type, what it undoes, and whose it is already."""
    decision = read(call, **row)
    refused: Any = decision.events[0]
    assert (names(decision), refused.code, refused.field) == (["CommandRefused"], "INVALID", "vendor_payment_id")
    assert (decision.ends, needs_operator(decision.aggregate, MoneyCall(call), "r")) == ((), True)


def test_what_the_vendor_does_not_have_is_not_found() -> None:
    """It has no 404 there: an unknown id is a 400."""
    payload = {
        "vendor_bank_account_id": "601",
        "command": command("void", vendor_payment_id="9").model_dump(mode="json"),
    }
    refused: Any = outcome_of("void", an_outcome(Result.REJECTED, payload=payload)).events[0]
    assert refused.code == "NOT_FOUND"


def test_a_second_answer_to_a_doubt_that_is_resolved_is_refused() -> None:
    """Two operators, one payment."""
    refused: Any = read("withdraw", payment=replace(IN_DOUBT["withdraw"], needs_operator=False)).events[0]
    assert refused.code == "WRONG_STATE"


@pytest.mark.parametrize("call", list(IN_DOUBT))
def test_sent_once_more_it_is_new_work_and_the_old_ends(call: str) -> None:
    """A new key, by the operator's word alone."""
    decision = resolving(call, send_again=True)
    assert isinstance(decision, Decision)
    assert ([work.kind for work in decision.work], decision.ends) == ([call], (call,))
    assert [getattr(event, "resolution", None) for event in decision.events] == ["sent_again"]
    assert not needs_operator(decision.aggregate, MoneyCall(call), "r")


@pytest.mark.parametrize(
    ("call", "told", "state"),
    [
        ("withdraw", ["PaymentRefused"], S.REFUSED),
        ("refund", ["RefundFailed"], S.CLEARED),
        ("void", [], S.APPROVED),
        ("cancel", [], S.AWAITING_MANDATE),
    ],
)
def test_absent_it_ends_without_money_moved(call: str, told: list[str], state: S) -> None:
    """And leaves what it would have undone as it was, to be undone anew."""
    decision = resolving(call)
    assert isinstance(decision, Decision)
    assert (names(decision)[1:], decision.aggregate.state, decision.ends, decision.work) == (told, state, (call,), ())
    assert decision.aggregate.undo is None


@pytest.mark.parametrize("call", list(IN_DOUBT))
@pytest.mark.parametrize("payment", [APPROVED, a_payment(state=S.UNKNOWN, unknown_since=NOON)])
def test_what_the_machine_still_looks_up_is_not_the_operators(call: str, payment: Payment) -> None:
    """Two deciding at once is how a debit is made twice."""
    refusal = resolving(call, payment)
    assert isinstance(refusal, Refusal)
    assert refusal.code == ("NOT_FOUND" if call == "refund" else "WRONG_STATE")
