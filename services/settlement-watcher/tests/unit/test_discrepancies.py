"""A difference from its finding to its end, in every order; and what a person has explained stays explained."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import DiscrepancyKind, ExplainDiscrepancy
from bankrails_messaging.decisions import Decision, Outcome, Refusal, Result
from settlement_watcher.domain.discrepancy import Difference, Discrepancy, DiscrepancyState, discrepancy_id, found, gone
from settlement_watcher.domain.open_outcome import OpenOutcome, could_be
from settlement_watcher.domain.overdue import expected_by
from settlement_watcher.handlers import explain_discrepancy, record_missing
from settlement_watcher.handlers.overdue import overdue

AMOUNT = Difference(DiscrepancyKind.AMOUNT, "801", "100 CAD", "101 CAD", vendor_payment_id="801")


def a_discrepancy(noon: datetime, state: DiscrepancyState = DiscrepancyState.OPEN, **fields: Any) -> Discrepancy:
    known: dict[str, Any] = {
        "id": discrepancy_id("maple-books", AMOUNT),
        "merchant_id": "maple-books",
        "kind": AMOUNT.kind,
        "ours": AMOUNT.ours,
        "theirs": AMOUNT.theirs,
        "found_at": noon,
        "state": state,
        "version": 1,
    }
    return Discrepancy(**(known | fields))


@pytest.mark.parametrize(("state", "same"), list(product(DiscrepancyState, (True, False))))
def test_found_again_in_every_state(state: DiscrepancyState, same: bool, noon: datetime) -> None:
    """Told again where it was gone, or where a side is another now: never while it stands, nor once explained."""
    known = a_discrepancy(noon, state) if same else a_discrepancy(noon, state, theirs="102 CAD")
    after, told = found(known, AMOUNT, "maple-books", noon + timedelta(hours=1))
    expected = state is DiscrepancyState.GONE or not same
    assert told is expected
    assert after.state is (DiscrepancyState.OPEN if expected else state)


@pytest.mark.parametrize("state", list(DiscrepancyState))
def test_only_what_is_open_ends_by_itself(state: DiscrepancyState, noon: datetime) -> None:
    known = a_discrepancy(noon, state)
    assert (gone(known) is known) == (state is not DiscrepancyState.OPEN)


def test_the_same_difference_has_the_same_id_whoever_finds_it() -> None:
    again = Difference(DiscrepancyKind.AMOUNT, "801", "other", "words")
    assert discrepancy_id("maple-books", AMOUNT) == discrepancy_id("maple-books", again)
    assert discrepancy_id("maple-books", AMOUNT) != discrepancy_id("liberty-books", AMOUNT)


def test_a_person_explains_it_and_is_named(noon: datetime) -> None:
    known = a_discrepancy(noon)
    command = ExplainDiscrepancy(
        merchant_id="maple-books", discrepancy_id=known.id, explanation="refunded at the portal", by="Ada"
    )
    decision = explain_discrepancy.decide(command, known, noon)
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert (event.explained_by, event.explanation) == ("Ada", "refunded at the portal")  # type: ignore[attr-defined]
    assert decision.aggregate.state is DiscrepancyState.EXPLAINED


@pytest.mark.parametrize(
    ("known_state", "merchant_id", "code"),
    [
        (None, "maple-books", RefusalCode.NOT_FOUND),
        (DiscrepancyState.OPEN, "liberty-books", RefusalCode.NOT_FOUND),
        (DiscrepancyState.GONE, "maple-books", RefusalCode.WRONG_STATE),
        (DiscrepancyState.EXPLAINED, "maple-books", RefusalCode.WRONG_STATE),
    ],
)
def test_what_is_not_open_cannot_be_explained(
    known_state: DiscrepancyState | None, merchant_id: str, code: RefusalCode, noon: datetime
) -> None:
    known = None if known_state is None else a_discrepancy(noon, known_state)
    command = ExplainDiscrepancy(merchant_id=merchant_id, discrepancy_id="any", explanation="why", by="Ada")
    refusal = explain_discrepancy.decide(command, known, noon)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code


@pytest.mark.parametrize(
    ("call", "kind", "minor", "hours", "fits"),
    [
        ("withdraw", "withdrawal", 4_400, 0, True),
        ("withdraw", "withdrawal", 4_399, 0, False),
        ("withdraw", "refund", 4_400, 0, False),
        ("withdraw", "withdrawal", 4_400, -3, False),
        ("refund", "refund", 100, 0, True),
        ("refund", "refund", 4_401, 0, False),
        ("void", "reverse", 4_400, 0, True),
        ("cancel", "withdrawal", 4_400, 0, False),
    ],
)
def test_which_rows_an_unknown_call_may_have_left(
    call: str, kind: str, minor: int, hours: int, fits: bool, noon: datetime
) -> None:
    outcome = OpenOutcome("call", "maple-books", "payment", call, 4_400, Currency.CAD, noon)
    assert could_be(outcome, kind, minor, noon + timedelta(hours=hours)) is fits


def test_overdue_is_said_once_and_by_country(noon: datetime, merchants: Any, an_american: Any, a_payment: Any) -> None:
    """Monday noon: four banking days in the United States, six in Canada, nine for a merchant's first batches."""
    us, ca = merchants.calendar("liberty-books"), merchants.calendar("maple-books")
    assert expected_by(us, noon, first_batches=False).date().isoformat() == "2026-03-06"
    assert expected_by(ca, noon, first_batches=False).date().isoformat() == "2026-03-10"
    assert expected_by(ca, noon, first_batches=True).date().isoformat() == "2026-03-13"
    resting = an_american(in_settlement_at=noon, state=PaymentState.IN_SETTLEMENT)
    by = expected_by(us, noon, first_batches=False)
    assert overdue([resting], us, by - timedelta(seconds=1), first_batches=False) == []
    (decision,) = overdue([resting], us, by, first_batches=False)
    assert [type(event).__name__ for event in decision.events] == ["SettlementOverdue"]
    assert decision.aggregate.overdue_at == by


def _answer(result: Result, looks: int, noon: datetime, answer: dict[str, Any] | None = None) -> Outcome:
    payload = {
        "merchant_id": "maple-books",
        "payment_id": "payment",
        "vendor_payment_id": "801",
        "looks": looks,
        "first_at": noon.isoformat(),
    }
    return Outcome("work", "ask_missing", "payment", "command", result, payload, answer or {})


@pytest.mark.parametrize(("looks", "hours", "told"), [(2, 48, False), (3, 23, False), (3, 24, True)])
def test_missing_is_said_after_four_looks_in_a_day(
    looks: int, hours: int, told: bool, noon: datetime, merchants: Any, a_payment: Any
) -> None:
    answering = record_missing.answering(merchants)
    situation = record_missing.Situation(a_payment(missing_since=noon), None)
    decision = answering.decide(_answer(Result.REJECTED, looks, noon), situation, noon + timedelta(hours=hours))
    assert bool(decision.also) is told
    assert decision.again_at is not None


@pytest.mark.parametrize("result", [Result.EXHAUSTED, Result.UNKNOWN])
def test_a_vendor_that_does_not_answer_denies_nothing(
    result: Result, noon: datetime, merchants: Any, a_payment: Any
) -> None:
    situation = record_missing.Situation(a_payment(missing_since=noon), None)
    decision = record_missing.answering(merchants).decide(_answer(result, 9, noon), situation, noon + timedelta(days=3))
    assert decision.also == ()


def test_shown_again_it_is_missing_no_more(noon: datetime, merchants: Any, a_payment: Any, a_row: Any) -> None:
    known = a_discrepancy(noon, kind=DiscrepancyKind.MISSING_AT_VENDOR)
    situation = record_missing.Situation(a_payment(missing_since=noon), known)
    answer = _answer(Result.ANSWERED, 4, noon, a_row().as_json())
    decision = record_missing.answering(merchants).decide(answer, situation, noon + timedelta(days=2))
    assert decision.aggregate.missing_since is None
    assert decision.also[0].aggregate.state is DiscrepancyState.GONE
    assert decision.again_at is None
