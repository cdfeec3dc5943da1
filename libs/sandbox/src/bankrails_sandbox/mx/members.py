"""`/users/{u}/members`: made with credentials, watched by polling, challenged and resumed.

There is no idempotency key: a caller that is in doubt names its own `id`, and meets a 409 where the member exists.
"""

from typing import Any

from bankrails_sandbox.mx import jobs
from bankrails_sandbox.mx.bank import DENIED, Verdict, verdict_on_password
from bankrails_sandbox.mx.catalogue import credentials_json
from bankrails_sandbox.mx.finding import member_of, user_of
from bankrails_sandbox.mx.institutions import INSTITUTIONS, Institution
from bankrails_sandbox.mx.member_json import challenge_json, member_json, status_json
from bankrails_sandbox.mx.payload import filled_in, flag, own_id, page, read_object, text, texts, wrapped
from bankrails_sandbox.mx.records import Challenge, Member, User
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor, new_guid
from bankrails_sandbox.mx.versions import version_of
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, JobType, Product, Version
from bankrails_sandbox.vendor_api import Call, Reply


def create_member(vendor: MxVendor, call: Call) -> Reply:
    """202 when a job was started, 200 when the caller wanted none."""
    user = user_of(vendor, call)
    body = read_object(call)
    fields = wrapped(body, "member")
    bank = INSTITUTIONS.get(text(fields, "institution_code") or "")
    if bank is None:
        raise refused(404, "Institution not found")
    if flag(fields, "is_oauth"):
        raise refused(400, "Member cannot use OAuth")
    login, verdict = _credentials(vendor, bank, fields)
    id = own_id(fields, "MBR-")
    products = _requested(body, call)
    waits = flag(fields, "skip_aggregation") and version_of(call.headers) is not Version.V20250224
    _room_for(vendor, user, bank, login, id)

    person = vendor.person_of(login)
    member = Member(new_guid("MBR"), call.merchant, user, bank, login, verdict, person, id)
    _set(member, fields)
    vendor.members[member.guid] = member
    vendor.tell("member_created", member, call.now, call.id, detail=bank.code)
    if waits:
        return Reply(200, {"member": member_json(member, vendor.assumptions)})
    kind = JobType.AGGREGATION if products is None else JobType.COMBINATION
    jobs.start(vendor, member, kind, call.now, call.id, products=products)
    return Reply(202, {"member": member_json(member, vendor.assumptions)})


def list_members(vendor: MxVendor, call: Call) -> Reply:
    use_case = call.parameters().get("use_case")
    members = [
        member_json(member, vendor.assumptions)
        for member in vendor.members_of(user_of(vendor, call))
        if use_case is None or use_case in member.use_cases
    ]
    return page(call, "members", members, vendor.assumptions)


def get_member(vendor: MxVendor, call: Call) -> Reply:
    return Reply(200, {"member": member_json(member_of(vendor, call), vendor.assumptions)})


def update_member(vendor: MxVendor, call: Call) -> Reply:
    """New credentials start a job, unless the caller wants none."""
    member = member_of(vendor, call)
    fields = wrapped(read_object(call), "member")
    id = own_id(fields, "MBR-")
    if id is not None and id != member.id:
        _free(vendor, member.user, id)
    if fields.get("credentials") is None:
        member.id = id or member.id
        _set(member, fields)
        return Reply(200, {"member": member_json(member, vendor.assumptions)})
    login, verdict = _credentials(vendor, member.institution, fields)
    if member.is_being_aggregated:
        raise refused(409, "A job is running on this member")
    member.id = id or member.id
    _set(member, fields)
    member.login, member.verdict, member.person = login, verdict, vendor.person_of(login)
    member.status, member.trusted = ConnectionStatus.UPDATED, False
    vendor.tell("member_updated", member, call.now, call.id)
    if not flag(fields, "skip_aggregation"):
        jobs.start(vendor, member, JobType.AGGREGATION, call.now, call.id)
    return Reply(200, {"member": member_json(member, vendor.assumptions)})


def delete_member(vendor: MxVendor, call: Call) -> Reply:
    member = member_of(vendor, call)
    jobs.forget(member)
    del vendor.members[member.guid]
    vendor.tell("member_deleted", member, call.now, call.id)
    return Reply(204)


def get_status(vendor: MxVendor, call: Call) -> Reply:
    return Reply(200, {"member": status_json(member_of(vendor, call))})


def list_challenges(vendor: MxVendor, call: Call) -> Reply:
    member = member_of(vendor, call)
    if member.status is not ConnectionStatus.CHALLENGED:
        return Reply(204)
    return page(call, "challenges", [challenge_json(each) for each in member.challenges], vendor.assumptions)


def list_member_credentials(vendor: MxVendor, call: Call) -> Reply:
    return page(call, "credentials", credentials_json(member_of(vendor, call).institution), vendor.assumptions)


def resume(vendor: MxVendor, call: Call) -> Reply:
    member = member_of(vendor, call)
    given = filled_in(wrapped(read_object(call), "member"), "challenges")
    if member.status is not ConnectionStatus.CHALLENGED:
        raise refused(405, "Member is not challenged")
    if given.keys() != {challenge.guid for challenge in member.challenges}:
        raise refused(400, "challenges must answer each of the member's challenges by its guid")
    answers = [_chosen(challenge, given[challenge.guid]) for challenge in member.challenges]
    jobs.resume(vendor, member, answers, call.now, call.id)
    return Reply(202, {"member": member_json(member, vendor.assumptions)})


def _chosen(challenge: Challenge, value: str) -> str:
    """An option by its guid, or by its value, which is its label too."""
    return next((option.value for option in challenge.options if value == option.guid), value)


def _credentials(vendor: MxVendor, bank: Institution, fields: dict[str, Any]) -> tuple[str, Verdict]:
    """The login, and what the bank will say to the password."""
    given = filled_in(fields, "credentials")
    if given.keys() != {credential.guid for credential in bank.credentials}:
        raise refused(400, "credentials must fill in each of the institution's credentials by its guid")
    login, password = given[bank.login_credential.guid], given[bank.password_credential.guid]
    return login, verdict_on_password(password) if vendor.knows(login) else DENIED


def _requested(body: dict[str, Any], call: Call) -> frozenset[Product] | None:
    """None when the call names no products, and in the version that knows none."""
    if version_of(call.headers) is Version.V20111101 or body.get("data_request") is None:
        return None
    try:
        return frozenset(Product(name) for name in texts(wrapped(body, "data_request"), "products"))
    except ValueError as error:
        raise refused(400, "products has an unknown product") from error


def _room_for(vendor: MxVendor, user: User, bank: Institution, login: str, id: str | None) -> None:
    if id is not None:
        _free(vendor, user, id)
    members = list(vendor.members_of(user))
    same = any(member.institution is bank and member.login == login for member in members)
    if same and vendor.assumptions.duplicates_by_login:
        raise refused(409, "A member with these attributes exists")
    if len(members) >= vendor.assumptions.members_per_user:
        raise refused(405, "The user has too many members")


def _free(vendor: MxVendor, user: User, id: str) -> None:
    if any(member.id == id for member in vendor.members_of(user)):
        raise refused(409, "A member with this id exists")


def _set(member: Member, fields: dict[str, Any]) -> None:
    metadata, use_cases = text(fields, "metadata"), texts(fields, "use_cases")
    disabled = flag(fields, "background_aggregation_is_disabled", default=member.background_aggregation_is_disabled)
    member.metadata, member.use_cases = metadata or member.metadata, use_cases or member.use_cases
    member.background_aggregation_is_disabled = disabled
