"""`/users`."""

from typing import Any

from bankrails_sandbox.mx.finding import user_of
from bankrails_sandbox.mx.jobs import forget
from bankrails_sandbox.mx.microdeposit_steps import delete
from bankrails_sandbox.mx.payload import flag, own_id, page, read_object, text, wrapped
from bankrails_sandbox.mx.records import User
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor, new_guid
from bankrails_sandbox.vendor_api import Call, Reply


def create_user(vendor: MxVendor, call: Call) -> Reply:
    fields = wrapped(read_object(call), "user")
    user = User(new_guid("USR"), call.merchant)
    _set(vendor, user, fields)
    vendor.users[user.guid] = user
    vendor.record("user_created", call.merchant, call.now, reference=user.guid, call_id=call.id)
    return Reply(200, {"user": _user_json(user)})


def list_users(vendor: MxVendor, call: Call) -> Reply:
    query = call.parameters()
    users = [
        _user_json(user)
        for user in vendor.users.values()
        if user.client == call.merchant
        and query.get("id") in (None, user.id)
        and query.get("email") in (None, user.email)
        and query.get("is_disabled") in (None, str(user.is_disabled).lower())
    ]
    return page(call, "users", users, vendor.assumptions)


def get_user(vendor: MxVendor, call: Call) -> Reply:
    return Reply(200, {"user": _user_json(user_of(vendor, call))})


def update_user(vendor: MxVendor, call: Call) -> Reply:
    user = user_of(vendor, call)
    _set(vendor, user, wrapped(read_object(call), "user"))
    return Reply(200, {"user": _user_json(user)})


def delete_user(vendor: MxVendor, call: Call) -> Reply:
    user = user_of(vendor, call)
    for deposit in list(vendor.microdeposits_of(user)):
        delete(vendor, deposit, call.now, call.id)
    for member in list(vendor.members_of(user)):
        forget(member)
        del vendor.members[member.guid]
    del vendor.users[user.guid]
    vendor.record("user_deleted", call.merchant, call.now, reference=user.guid, call_id=call.id)
    return Reply(204)


def _set(vendor: MxVendor, user: User, fields: dict[str, Any]) -> None:
    """Everything is looked at before anything is changed."""
    id, email, metadata = own_id(fields, "USR-"), text(fields, "email"), text(fields, "metadata")
    is_disabled = flag(fields, "is_disabled", default=user.is_disabled)
    if id is not None and vendor.assumptions.duplicate_user_id_refused:
        taken = any(each.id == id and each.client == user.client and each is not user for each in vendor.users.values())
        if taken:
            raise refused(409, "A user with this id exists")
    user.id, user.email = id or user.id, email or user.email
    user.metadata, user.is_disabled = metadata or user.metadata, is_disabled


def _user_json(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "guid": user.guid,
        "id": user.id,
        "is_disabled": user.is_disabled,
        "metadata": user.metadata,
    }
