"""Helium's words in ours."""

from decimal import Decimal
from typing import Any

import pytest
from auth_service.domain.amounts import minor_units
from auth_service.domain.login import StepOutcome
from auth_service.vendor.helium import mapping
from auth_service.vendor.helium.login import client_identifier
from auth_service.vendor.helium.wire import Authorization, CompleteResponse


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": "success", "session_id": "s"}, StepOutcome.SUCCEEDED),
        ({"status": "failed"}, StepOutcome.FAILED),
        ({"status": "error", "session_id": "s"}, StepOutcome.ERRORED),
        ({"status": "mfa_required", "session_id": "s", "challenge": "Colour?"}, StepOutcome.CHALLENGED),
        ({"status": "2fa_required", "session_id": "s"}, StepOutcome.CHALLENGED),
        ({"status": "Success"}, StepOutcome.ERRORED),
        ({"status": "pending"}, StepOutcome.ERRORED),
    ],
)
def test_a_status_means_what_it_says(answer: dict[str, Any], outcome: StepOutcome) -> None:
    """A word that nobody knows is trouble, and never success."""
    assert mapping.step(Authorization.model_validate(answer)).outcome is outcome


@pytest.mark.parametrize(
    ("status", "challenge", "kind", "question_type", "label"),
    [
        ("mfa_required", "Colour?", "mfa", "text", "Colour?"),
        ("2fa_required", "Code?", "2fa", "code", "Code?"),
        ("mfa_required", {"type": "question"}, "mfa", "text", "told"),
        ("mfa_required", {"type": "choice", "options": ["a", "b"]}, "mfa", "choice", "told"),
        ("2fa_required", {"type": "otp_app"}, "2fa", "code", "told"),
        ("2fa_required", None, "2fa", "code", "told"),
        ("failed", {"type": "otp_sms"}, "2fa", "code", "told"),
    ],
)
def test_a_challenge_is_read_in_either_shape(
    status: str, challenge: object, kind: str, question_type: str, label: str
) -> None:
    """Text or object: the page says neither. One that a wrong answer leaves open is asked again."""
    answer = {"status": status, "session_id": "s", "message": "told", "challenge": challenge, "attempts_remaining": 2}
    found = mapping.step(Authorization.model_validate(answer)).challenge
    assert found is not None
    (question,) = found.questions
    assert (found.kind, question.type, question.label) == (kind, question_type, label)


def test_the_bank_data_is_told_in_our_words() -> None:
    """Cents, and zero-filled numbers as text; a currency that is not of these rails has no balance."""
    account = {
        "account_id": "a",
        "type": "chequing",
        "currency": "CAD",
        "institution_number": "003",
        "transit_number": "00102",
        "account_number": "0012345",
        "balance_current": "3481.37",
        "balance_available": "-0.05",
        "holder_name": "Ada",
    }
    answer = {"profile": {"name": "Ada", "emails": ["a@example.com"]}, "accounts": [account, {"account_id": "b"}]}
    data = mapping.bank_data(CompleteResponse.model_validate(answer))
    first, second = data.accounts
    assert (first.found.current_minor, first.found.available_minor) == (348_137, -5)
    assert (first.found.account_type, first.found.account_masked) == ("checking", "******2345")
    assert first.numbers is not None
    assert (first.numbers.institution_number, first.numbers.transit_number) == ("003", "00102")
    assert (second.found.account_type, second.numbers) == ("other", None)
    assert "0012345" not in repr(data)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.30", "CAD", 1230),
        (Decimal("-0.01"), "USD", -1),
        (7, "CAD", 700),
        ("12.345", "CAD", None),
        ("1e999999999", "CAD", None),
        ("NaN", "CAD", None),
        ("twelve", "CAD", None),
        (True, "CAD", None),
        (1.5, "CAD", None),
        (None, "CAD", None),
        ("12.30", "JPY", None),
        ("12.30", None, None),
    ],
)
def test_an_amount_is_exact_or_not_told(amount: Any, currency: str | None, minor: int | None) -> None:
    """A float has lost its cents before it gets here."""
    assert minor_units(amount, currency) == minor


def test_the_vendor_gets_no_personal_data_as_our_id() -> None:
    """Its own sample joins a name and an account; a user id of ours may be an e-mail address."""
    made = client_identifier("ada@example.com")
    assert made == client_identifier("ada@example.com") != client_identifier("bob@example.com")
    assert (len(made), "ada" in made) == (32, False)
