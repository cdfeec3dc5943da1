from typing import Any

import pytest
from bankrails_contracts.payments import RegisterBankAccount, RegisterPayer
from bankrails_contracts.violations import Violation, first_violation
from pydantic import BaseModel, ValidationError

ACCOUNT = {"country": "CA", "institution_number": "006", "transit_number": "00011", "account_number": "eyJh..a.b.c"}
BANK_ACCOUNT = {
    "merchant_id": "m",
    "bank_account_id": "b",
    "payer_id": "p",
    "account": ACCOUNT,
    "account_type": "checking",
    "holder_type": "personal",
    "company_name": "c",
}
ADDRESS = {"street": "s", "city": "c", "province": "QC", "postal_code": "H2Y 1M6", "country": "CA"}
PAYER = {"merchant_id": "m", "payer_id": "p", "address": ADDRESS, "contact_name": "n"}


def violation(model: type[BaseModel], body: object) -> Violation:
    with pytest.raises(ValidationError) as raised:
        model.model_validate(body)
    return first_violation(model, raised.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"payer_id": "a b"}, "payer_id"),
        ({"account": {**ACCOUNT, "transit_number": "11"}}, "account.transit_number"),
        ({"account": {**ACCOUNT, "account_number": "8910012345"}}, "account.account_number"),
        ({"account": {}}, "account"),
        ({"account": {"country": "8910012345"}}, "account.country"),
        ({"account": "8910012345"}, "account"),
        ({"account_type": "chequing"}, "account_type"),
    ],
)
def test_the_field_is_named_as_the_sender_wrote_it(change: dict[str, Any], field: str) -> None:
    """Pydantic puts the union's tag (account.CA.…) in the path, and no sender finds that in its message."""
    found = violation(RegisterBankAccount, {**BANK_ACCOUNT, **change})
    assert found.field == field
    assert "8910012345" not in found.reason


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"address": {**ADDRESS, "postal_code": "1" * 11}}, "address.postal_code"),
        ({"contact_name": "Zoé\x00Tremblay"}, "contact_name"),
        ({"contact_name": "   "}, "contact_name"),
        ({"phone": "+1 514 555 0142"}, "phone"),
        ({"email": "zoe@localhost"}, "email"),
    ],
)
def test_payers_are_checked_before_the_vendor_sees_them(change: dict[str, Any], field: str) -> None:
    """A NUL, for one, is storable in SQLite and not in PostgreSQL: better refused at the door than parked inside."""
    assert violation(RegisterPayer, {**PAYER, **change}).field == field


def test_a_rule_over_several_fields_names_none() -> None:
    """Neither name is wrong; one of them is missing, and the reason says so."""
    found = violation(RegisterPayer, {**PAYER, "contact_name": None})
    assert found == Violation(None, "contact_name or business_name is required")


def test_a_body_that_is_no_object_names_no_field() -> None:
    """There is no field to name, and still an answer."""
    assert violation(RegisterPayer, []).field is None
