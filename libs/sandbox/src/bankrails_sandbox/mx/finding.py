"""What a path names: by the vendor's guid, and since v20250224 also by the caller's own id."""

from bankrails_sandbox.mx.records import Member, User
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor
from bankrails_sandbox.mx.versions import version_of
from bankrails_sandbox.mx.vocabulary import Version
from bankrails_sandbox.vendor_api import Call


def user_of(vendor: MxVendor, call: Call) -> User:
    """Raises Refused, also for another client's."""
    wanted = call.path["user"]
    user = vendor.users.get(wanted)
    if user is None and by_own_id(call):
        user = next((each for each in vendor.users.values() if (each.client, each.id) == (call.merchant, wanted)), None)
    if user is None or user.client != call.merchant:
        raise refused(404, "User not found")
    return user


def member_of(vendor: MxVendor, call: Call) -> Member:
    user, wanted = user_of(vendor, call), call.path["member"]
    for member in vendor.members_of(user):
        if member.guid == wanted or (member.id == wanted and by_own_id(call)):
            return member
    raise refused(404, "Member not found")


def by_own_id(call: Call) -> bool:
    return version_of(call.headers) is Version.V20250224
