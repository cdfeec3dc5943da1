"""What the jobs of a member brought: accounts, their numbers, owners and transactions. Lists are empty until then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bankrails_sandbox.mx.account_json import account_json
from bankrails_sandbox.mx.finding import member_of, user_of
from bankrails_sandbox.mx.formats import dollars, stamp
from bankrails_sandbox.mx.history import DAYS, EXTENDED_DAYS, Movement, history_of
from bankrails_sandbox.mx.manual_accounts import manual_accounts_of, manual_json, told_fields
from bankrails_sandbox.mx.payload import day, page, read_object, wrapped
from bankrails_sandbox.mx.people import BankAccount
from bankrails_sandbox.mx.records import ManualAccount, Member
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor, same_guid
from bankrails_sandbox.mx.vocabulary import Product
from bankrails_sandbox.vendor_api import Call, Reply

# Of transactions, unless the call names dates: so far back and ahead.
WINDOW_BACK_DAYS, WINDOW_AHEAD_DAYS = 120, 5
# What a person may say of an account that the bank told of.
OWN_FIELDS = ("is_business", "is_hidden", "metadata")

Imported = tuple[Member, BankAccount]


def list_accounts(vendor: MxVendor, call: Call) -> Reply:
    """`is_manual` narrows it."""
    found = [_account_json(*each) for each in _addressed(vendor, call)]
    found += [manual_json(*each) for each in manual_accounts_of(_members(vendor, call))]
    wanted = call.parameters().get("is_manual")
    found = [account for account in found if wanted in (None, str(account["is_manual"]).lower())]
    return page(call, "accounts", found, vendor.assumptions)


def get_account(vendor: MxVendor, call: Call) -> Reply:
    if told := _manual(vendor, call):
        return Reply(200, {"account": manual_json(*told)})
    ((member, account),) = _addressed(vendor, call)
    return Reply(200, {"account": _account_json(member, account)})


def list_numbers(vendor: MxVendor, call: Call) -> Reply:
    numbers = [
        _number_json(member, account)
        for member, account in _addressed(vendor, call)
        if Product.ACCOUNT_VERIFICATION in member.imported_at
    ]
    return page(call, "account_numbers", numbers, vendor.assumptions)


def list_owners(vendor: MxVendor, call: Call) -> Reply:
    owners = [
        _owner_json(member, account)
        for member, account in _addressed(vendor, call)
        if Product.IDENTITY_VERIFICATION in member.imported_at
    ]
    return page(call, "account_owners", owners, vendor.assumptions)


def list_transactions(vendor: MxVendor, call: Call) -> Reply:
    query, today = call.parameters(), call.now.date()
    start = day(query, "from_date", today - timedelta(days=WINDOW_BACK_DAYS))
    end = day(query, "to_date", today + timedelta(days=WINDOW_AHEAD_DAYS))
    transactions = [
        _transaction_json(member, account, movement)
        for member, account in _addressed(vendor, call)
        for movement in _movements(member, account)
        if start <= movement.on <= end
    ]
    transactions.sort(key=lambda transaction: str(transaction["date"]), reverse=True)
    return page(call, "transactions", transactions, vendor.assumptions)


def update_account(vendor: MxVendor, call: Call) -> Reply:
    """All of a manual one; of one that the bank told of, only what is the person's own."""
    member = member_of(vendor, call)
    told = told_fields(wrapped(read_object(call), "account"))
    if manual := _manual(vendor, call):
        manual[1].fields |= told
        manual[1].updated_at = call.now
        answer = manual_json(*manual)
    else:
        ((_, account),) = _addressed(vendor, call)
        if told.keys() - OWN_FIELDS:
            raise refused(400, f"Only {', '.join(OWN_FIELDS)} of an aggregated account can be changed")
        member.account_settings.setdefault(call.path["account"], {}).update(told)
        answer = _account_json(member, account)
    vendor.record("account_updated", call.merchant, call.now, reference=call.path["account"], call_id=call.id)
    return Reply(200, {"account": answer})


def account_guid(member: Member, account: BankAccount) -> str:
    return same_guid("ACT", member.guid, account.account_number)


def _members(vendor: MxVendor, call: Call) -> Iterator[Member]:
    """The one in the path, or all of the user's."""
    if "member" in call.path:
        return iter((member_of(vendor, call),))
    return vendor.members_of(user_of(vendor, call))


def _manual(vendor: MxVendor, call: Call) -> tuple[Member, ManualAccount] | None:
    """The manual account that the path names, of which no job has anything to tell."""
    manual = manual_accounts_of(_members(vendor, call))
    return next((each for each in manual if each[1].guid == call.path["account"]), None)


def _addressed(vendor: MxVendor, call: Call) -> list[Imported]:
    """The accounts that the path names and a bank told of: of a user, of one member, or a single one."""
    found = [each for member in _members(vendor, call) for each in _imported(member)]
    if "account" not in call.path:
        return found
    if _manual(vendor, call):
        return []
    found = [(member, account) for member, account in found if account_guid(member, account) == call.path["account"]]
    if not found:
        raise refused(404, "Account not found")
    return found


def _imported(member: Member) -> Iterator[Imported]:
    if member.accounts_at is not None:
        yield from ((member, account) for account in member.person.accounts)


def _movements(member: Member, account: BankAccount) -> list[Movement]:
    imported_at = member.imported_at.get(Product.TRANSACTIONS)
    if imported_at is None:
        return []
    days = EXTENDED_DAYS if Product.TRANSACTION_HISTORY in member.imported_at else DAYS
    return history_of(account, imported_at.date(), days)


def _account_json(member: Member, account: BankAccount) -> dict[str, Any]:
    assert member.accounts_at is not None, "accounts are there once they were imported"  # noqa: S101
    at = member.accounts_at
    fields: dict[str, Any] = {
        "account_number": f"XXXXXX{account.account_number[-4:]}",
        "account_ownership": "INDIVIDUAL",
        "available_balance": dollars(account.available_minor),
        "balance": dollars(account.balance_minor),
        "imported_at": stamp(at),
        "name": account.name,
        "routing_number": account.routing_number,
        "type": account.type.value,
    }
    guid = account_guid(member, account)
    fields |= member.account_settings.get(guid, {})
    return account_json(member, guid, fields, created_at=at, updated_at=at, is_manual=False)


def _number_json(member: Member, account: BankAccount) -> dict[str, Any]:
    """Canada's institution and transit numbers are null for an account in the United States."""
    return {
        "account_guid": account_guid(member, account),
        "account_number": account.account_number,
        "guid": same_guid("ACN", member.guid, account.account_number),
        "institution_number": None,
        "loan_guarantor": None,
        "loan_reference_number": None,
        "member_guid": member.guid,
        "passed_validation": True,
        "routing_number": account.routing_number,
        "sequence_number": None,
        "transit_number": None,
        "user_guid": member.user.guid,
    }


def _owner_json(member: Member, account: BankAccount) -> dict[str, Any]:
    """First and last name are null, as for a client without name splitting."""
    person = member.person
    return {
        "account_guid": account_guid(member, account),
        "address": person.address,
        "city": person.city,
        "country": person.country,
        "email": person.email,
        "first_name": None,
        "guid": same_guid("ACO", member.guid, account.account_number),
        "last_name": None,
        "member_guid": member.guid,
        "owner_name": person.name,
        "phone": person.phone,
        "postal_code": person.postal_code,
        "state": person.state,
        "user_guid": member.user.guid,
    }


def _transaction_json(member: Member, account: BankAccount, movement: Movement) -> dict[str, Any]:
    on, credit = movement.on.isoformat(), movement.amount_minor > 0
    at_noon = f"{on}T12:00:00Z"
    return {
        "account_guid": account_guid(member, account),
        "account_id": None,
        "amount": dollars(abs(movement.amount_minor)),
        "category": movement.category,
        "created_at": at_noon,
        "currency_code": "USD",
        "date": on,
        "description": movement.description,
        "guid": same_guid("TRN", member.guid, account.account_number, on, movement.description),
        "id": None,
        "is_direct_deposit": movement.category == "Paycheck",
        "is_expense": not credit,
        "is_income": credit,
        "is_manual": False,
        "member_guid": member.guid,
        "original_description": movement.description.upper(),
        "posted_at": at_noon,
        "status": "POSTED",
        "transacted_at": at_noon,
        "type": "CREDIT" if credit else "DEBIT",
        "updated_at": at_noon,
        "user_guid": member.user.guid,
    }
