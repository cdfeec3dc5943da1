"""Accounts that a person tells of and nobody logs in to: `POST /users/{u}/accounts`. They belong to a member of the user at
the Manual Institution, which is made with the first of them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bankrails_sandbox.mx.account_json import account_json
from bankrails_sandbox.mx.bank import ACCEPTED
from bankrails_sandbox.mx.finding import user_of
from bankrails_sandbox.mx.institutions import MANUAL
from bankrails_sandbox.mx.payload import flag, read_object, text, wrapped
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.records import ManualAccount, Member, User
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor, new_guid
from bankrails_sandbox.mx.vocabulary import AccountType, ConnectionStatus, PropertyType
from bankrails_sandbox.vendor_api import Call, Reply

TEXTS = ("account_subtype", "nickname", "currency_code", "metadata")
NUMBERS = (
    "apr",
    "apy",
    "available_balance",
    "balance",
    "cash_surrender_value",
    "credit_limit",
    "interest_rate",
    "loan_amount",
    "original_balance",
)
FLAGS = ("is_business", "is_closed", "is_hidden")
# Every one that is changed has another name on the wire when it is read.
READ_AS = {"account_type": "type", "account_subtype": "subtype"}
NOBODY = Person(name="", email="", accounts=())


def create_account(vendor: MxVendor, call: Call) -> Reply:
    user = user_of(vendor, call)
    fields = wrapped(read_object(call), "account")
    told = told_fields(fields)
    for required in ("name", "type"):
        if told.get(required) is None:
            raise refused(400, "name and account_type are required")
    member = next((each for each in vendor.members_of(user) if each.institution is MANUAL), None)
    if member is None:
        member = _manual_member(vendor, call, user)
    account = ManualAccount(new_guid("ACT"), call.now, call.now, told)
    member.manual_accounts[account.guid] = account
    vendor.record("account_created", call.merchant, call.now, reference=account.guid, call_id=call.id)
    return _answer(member, account)


def delete_account(vendor: MxVendor, call: Call) -> Reply:
    """Manual ones only."""
    user = user_of(vendor, call)
    for member, account in manual_accounts_of(vendor.members_of(user)):
        if account.guid == call.path["account"]:
            del member.manual_accounts[account.guid]
            vendor.record("account_deleted", call.merchant, call.now, reference=account.guid, call_id=call.id)
            return Reply(204)
    raise refused(404, "Account not found")


def manual_accounts_of(members: Iterator[Member]) -> list[tuple[Member, ManualAccount]]:
    return [(member, account) for member in members for account in member.manual_accounts.values()]


def manual_json(member: Member, account: ManualAccount) -> dict[str, Any]:
    made, changed = account.created_at, account.updated_at
    return account_json(member, account.guid, account.fields, created_at=made, updated_at=changed, is_manual=True)


def _answer(member: Member, account: ManualAccount) -> Reply:
    return Reply(200, {"account": manual_json(member, account)})


def _manual_member(vendor: MxVendor, call: Call, user: User) -> Member:
    member = Member(new_guid("MBR"), call.merchant, user, MANUAL, "", ACCEPTED, NOBODY)
    member.status, member.background_aggregation_is_disabled = ConnectionStatus.CONNECTED, True
    vendor.members[member.guid] = member
    vendor.tell("member_created", member, call.now, call.id, detail=MANUAL.code)
    return member


def told_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """What a caller says of an account, by its name when it is read. Raises Refused."""
    told: dict[str, Any] = {field: text(fields, field) for field in ("name", *TEXTS)}
    told |= {field: _number(fields, field) for field in NUMBERS}
    told |= {field: flag(fields, field) for field in FLAGS if fields.get(field) is not None}
    told["account_type"] = _one_of(AccountType, fields, "account_type")
    told["property_type"] = _one_of(PropertyType, fields, "property_type")
    told["death_benefit"] = _whole(fields, "death_benefit")
    return {READ_AS.get(field, field): value for field, value in told.items() if value is not None}


def _one_of(kind: type[AccountType] | type[PropertyType], fields: dict[str, Any], field: str) -> str | None:
    value = text(fields, field)
    if value is None:
        return None
    if value not in set(kind):
        raise refused(400, f"{field} is unknown")
    return value


def _whole(fields: dict[str, Any], field: str) -> int | None:
    value = fields.get(field)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise refused(400, f"{field} must be a whole number")
    return value


def _number(fields: dict[str, Any], field: str) -> float | None:
    """As the caller wrote it; a float only here, at the edge, where JSON has no other fraction."""
    value = fields.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refused(400, f"{field} must be a number")
    return float(value)
