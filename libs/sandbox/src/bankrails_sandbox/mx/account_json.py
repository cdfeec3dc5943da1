"""An account as it is printed (github.com/mxenabled/openapi): the core of its hundred fields, logged in to or told by
hand."""

from datetime import datetime
from typing import Any

from bankrails_sandbox.mx.formats import stamp
from bankrails_sandbox.mx.records import Member

CURRENCY = "USD"
# Null unless an account says otherwise.
OPEN_FIELDS = (
    "account_number",
    "account_ownership",
    "apr",
    "apy",
    "available_balance",
    "balance",
    "cash_surrender_value",
    "credit_limit",
    "death_benefit",
    "id",
    "imported_at",
    "interest_rate",
    "is_business",
    "loan_amount",
    "metadata",
    "nickname",
    "original_balance",
    "property_type",
    "routing_number",
    "subtype",
)


def account_json(
    member: Member, guid: str, fields: dict[str, Any], *, created_at: datetime, updated_at: datetime, is_manual: bool
) -> dict[str, Any]:
    """`fields` by their names on the wire; `name` and `type` are among them."""
    body: dict[str, Any] = dict.fromkeys(OPEN_FIELDS) | {
        "created_at": stamp(created_at),
        "currency_code": CURRENCY,
        "guid": guid,
        "institution_code": member.institution.code,
        "institution_guid": member.institution.guid,
        "is_closed": False,
        "is_hidden": False,
        "is_manual": is_manual,
        "member_guid": member.guid,
        "member_id": member.id,
        "member_is_managed_by_user": True,
        "updated_at": stamp(updated_at),
        "user_guid": member.user.guid,
        "user_id": member.user.id,
    }
    return body | fields
