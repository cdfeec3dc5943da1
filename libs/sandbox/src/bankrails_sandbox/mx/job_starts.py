"""The calls that start a job on a member (docs.mx.com, Platform API, errors): the same kind running is a 202 and
nothing new, another kind a 409, an institution that cannot do it a 400."""

from collections.abc import Callable
from datetime import timedelta

from bankrails_sandbox.mx import jobs
from bankrails_sandbox.mx.finding import member_of
from bankrails_sandbox.mx.institutions import MANUAL
from bankrails_sandbox.mx.member_json import member_json
from bankrails_sandbox.mx.records import Member
from bankrails_sandbox.mx.replies import refused
from bankrails_sandbox.mx.vendor import MxVendor
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, JobType, Product
from bankrails_sandbox.vendor_api import Call, Reply

NEEDS = {
    JobType.VERIFICATION: (
        Product.ACCOUNT_VERIFICATION,
        "Member's institution does not support instant account verification.",
    ),
    JobType.IDENTIFICATION: (
        Product.IDENTITY_VERIFICATION,
        "Member's institution does not support account identification.",
    ),
    JobType.HISTORY: (Product.TRANSACTION_HISTORY, "Member's institution does not support extended history."),
}


def starting(type: JobType) -> Callable[[MxVendor, Call], Reply]:
    def start(vendor: MxVendor, call: Call) -> Reply:
        member = member_of(vendor, call)
        if member.institution is MANUAL:
            raise refused(400, "Member is not connected to an institution")
        if type in NEEDS and NEEDS[type][0] not in member.institution.products:
            raise refused(400, NEEDS[type][1])
        if member.is_being_aggregated and member.job is not None and member.job.type is not type:
            raise refused(409, "Another job is running on this member")
        if not (member.is_being_aggregated or _spared(member) or _too_soon(vendor, member, type, call)):
            jobs.start(vendor, member, type, call.now, call.id)
        status = vendor.assumptions.verify_status if type is JobType.VERIFICATION else 202
        return Reply(status, {"member": member_json(member, vendor.assumptions)})

    return start


def _spared(member: Member) -> bool:
    """After three refusals the vendor stops trying, so that the bank does not lock the login."""
    return member.status is ConnectionStatus.PREVENTED


def _too_soon(vendor: MxVendor, member: Member, type: JobType, call: Call) -> bool:
    if type is not JobType.AGGREGATION or member.institution.always_fresh or member.successfully_aggregated_at is None:
        return False
    interval = timedelta(seconds=vendor.assumptions.aggregation_interval_seconds)
    return call.now < member.successfully_aggregated_at + interval
