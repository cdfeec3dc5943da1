"""A member and its latest job as the control API shows them; the vendor itself has no call for jobs."""

from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.mx.records import Job, Member
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, JobStatus, JobType


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
