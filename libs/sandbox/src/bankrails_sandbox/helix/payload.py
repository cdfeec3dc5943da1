"""Request bodies, and the complaint about one that cannot be used. Null counts as left out, and
so does blank text, except in an update, where it clears the field."""

from decimal import Decimal
from typing import Any

from bankrails_sandbox.helix.envelope import Problem

CENT = Decimal("0.01")
TEXT_LENGTH_MAX = {
    "firstName": 50,
    "lastName": 50,
    "businessName": 100,
    "name": 50,
    "nickName": 50,
    "tag": 50,
    "lockedReason": 255,
    "type": 50,
    "description": 255,
    "purposeCode": 10,
    "documentType": 50,
    "documentName": 255,
    "reasonType": 50,
    "routingNumber": 50,
} | {f"customField{number}": 50 for number in range(1, 6)}
IDS = ("customerId", "externalAccountId", "requestingCustomerId", "fromId", "toId", "transactionId")
# The length of the one has a code of its own; that of the other is the body's.
TEXTS = (*TEXT_LENGTH_MAX, "accountNumber", "documentContent")


def shape_problems(body: dict[str, Any], code: int) -> list[Problem]:
    """What no rule can be applied to: an id that is no whole number, a text that is none or too long."""
    problems = []
    for field in IDS:
        if (value := body.get(field)) is not None and (isinstance(value, bool) or not isinstance(value, int)):
            problems.append(Problem(code, f"{field} must be a whole number."))
    for field in TEXTS:
        value = body.get(field)
        if value is not None and not isinstance(value, str):
            problems.append(Problem(code, f"{field} must be a text."))
        elif value is not None and field in TEXT_LENGTH_MAX and len(value) > TEXT_LENGTH_MAX[field]:
            problems.append(Problem(code, f"{field} is longer than {TEXT_LENGTH_MAX[field]} characters."))
    return problems


def text(body: dict[str, Any], field: str) -> str | None:
    """Of a body whose shape was found right."""
    value: str | None = body.get(field)
    return value if value is not None and value.strip() else None


def amount_minor(body: dict[str, Any], field: str) -> int | None:
    """Dollars on the wire, cents here. None for anything that is no positive amount of whole cents."""
    value = body.get(field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    dollars = Decimal(value)
    # The size is looked at first: 1e999999999 cannot be scaled.
    if dollars <= 0 or dollars.adjusted() > 12 or dollars != dollars.quantize(CENT):
        return None
    return int(dollars * 100)
