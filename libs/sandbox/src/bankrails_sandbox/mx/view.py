"""Members with their latest job, for which the vendor has no call, and micro-deposits, as the control API shows them."""

from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.account_numbers import masked
from bankrails_sandbox.mx.records import Job, Member, Microdeposit
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, JobStatus, JobType, MicrodepositStatus


@dataclass(frozen=True, slots=True)
class JobView:
    guid: str
    type: JobType
    status: JobStatus
    products: tuple[str, ...]
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberView:
    guid: str
    id: str | None
    merchant: str
    login: str
    status: ConnectionStatus
    is_being_aggregated: bool
    job: JobView | None


@dataclass(frozen=True, slots=True)
class MicrodepositView:
    """`deleted_at` is when it was deleted, by its caller or by the end of its retention."""

    guid: str
    user_guid: str
    merchant: str
    status: MicrodepositStatus
    account_number_masked: str | None
    attempts_left: int
    deleted_at: datetime | None


def microdeposit_view(deposit: Microdeposit) -> MicrodepositView:
    number = deposit.account_number
    return MicrodepositView(
        guid=deposit.guid,
        user_guid=deposit.user.guid,
        merchant=deposit.client,
        status=deposit.status,
        account_number_masked=None if number is None else masked(number),
        attempts_left=deposit.attempts_left,
        deleted_at=deposit.deleted_at,
    )


def view_of(member: Member) -> MemberView:
    return MemberView(
        guid=member.guid,
        id=member.id,
        merchant=member.client,
        login=member.login,
        status=member.status,
        is_being_aggregated=member.is_being_aggregated,
        job=None if member.job is None else _job_view(member.job),
    )


def _job_view(job: Job) -> JobView:
    products = tuple(sorted(product.value for product in job.products))
    return JobView(job.guid, job.type, job.status, products, job.started_at, job.finished_at)
