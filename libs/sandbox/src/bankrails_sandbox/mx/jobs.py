"""A job of a member, step by step in virtual time: the bank is logged in to, perhaps asks, and what it shows is imported.

One job at a time. Each start, and each answer, reaches the bank once and is recorded as an effect, without what was
typed. The steps between are assumptions; the member's statuses on the way are the vendor's.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bankrails_sandbox.mx.bank import ACCEPTED, OPTIONS, Verdict, verdict_on_answers
from bankrails_sandbox.mx.records import Challenge, Job, Member, Option
from bankrails_sandbox.mx.vendor import MxVendor, new_guid
from bankrails_sandbox.mx.vocabulary import ChallengeType, ConnectionStatus, JobStatus, JobType, Product

PRODUCTS = {
    JobType.AGGREGATION: frozenset({Product.TRANSACTIONS}),
    JobType.VERIFICATION: frozenset({Product.ACCOUNT_VERIFICATION}),
    JobType.IDENTIFICATION: frozenset({Product.IDENTITY_VERIFICATION}),
    JobType.HISTORY: frozenset({Product.TRANSACTION_HISTORY, Product.TRANSACTIONS}),
    JobType.BALANCE: frozenset[Product](),
}
ENDINGS = {ConnectionStatus.DENIED: JobStatus.DENIED, ConnectionStatus.PREVENTED: JobStatus.PREVENTED}


def start(
    vendor: MxVendor,
    member: Member,
    type: JobType,
    now: datetime,
    call_id: int | None,
    *,
    products: frozenset[Product] | None = None,
) -> None:
    """The caller has made sure that none runs. `products` only for a combination."""
    job = Job(new_guid("JOB"), type, PRODUCTS[type] if products is None else products, now)
    member.job, member.is_being_aggregated, member.challenges = job, True, ()
    member.is_authenticated = member.has_processed_accounts = False
    member.has_processed_account_numbers = member.has_processed_transactions = False
    vendor.tell("job_started", member, now, call_id, detail=type.name)
    vendor.tell("bank_attempt", member, now, call_id, detail=type.name)
    job.status = JobStatus.REQUESTED
    verdict = ACCEPTED if member.trusted and member.verdict.asks is not None else member.verdict
    _then(vendor, member, now, vendor.assumptions.authenticate_seconds, lambda at: _hear(vendor, member, verdict, at))


def resume(vendor: MxVendor, member: Member, answers: list[str], now: datetime, call_id: int) -> None:
    """The member is challenged and every question has its answer."""
    vendor.tell("challenge_answer", member, now, call_id)
    verdict = verdict_on_answers(answers, vendor.assumptions.wrong_answer)
    member.status, member.challenges = ConnectionStatus.RESUMED, ()
    _job(member).status = JobStatus.REQUESTED
    _then(vendor, member, now, vendor.assumptions.authenticate_seconds, lambda at: _hear(vendor, member, verdict, at))


def halt(vendor: MxVendor, member: Member, status: ConnectionStatus, at: datetime) -> None:
    """Whatever the member was doing, it is in that status now and does nothing more."""
    member.status = status
    member.challenges = ()
    if member.is_being_aggregated:
        _end(vendor, member, ENDINGS.get(status, JobStatus.HALTED), at)


def forget(member: Member) -> None:
    """The member goes away; nothing of it happens any more."""
    if member.next_step is not None:
        member.next_step.cancel()


def _hear(vendor: MxVendor, member: Member, verdict: Verdict, at: datetime) -> None:
    """What the bank says to the credentials or to the answers."""
    if verdict.asks is not None:
        _ask(vendor, member, verdict.asks, at)
    elif verdict.status is ConnectionStatus.CONNECTED:
        _accept(vendor, member, at)
    else:
        _refuse(vendor, member, verdict.status or ConnectionStatus.FAILED, at)


def _ask(vendor: MxVendor, member: Member, type: ChallengeType, at: datetime) -> None:
    options = OPTIONS if type is ChallengeType.OPTIONS else ()
    asked = Challenge(new_guid("CRD"), type, tuple(Option(new_guid("CRO"), value) for value in options))
    member.status, member.challenges = ConnectionStatus.CHALLENGED, (asked,)
    _job(member).status = JobStatus.CHALLENGED
    vendor.tell("challenged", member, at, None, detail=type.value)
    lifetime = vendor.assumptions.challenge_lifetime_seconds
    _then(vendor, member, at, lifetime, lambda end: halt(vendor, member, ConnectionStatus.EXPIRED, end))


def _accept(vendor: MxVendor, member: Member, at: datetime) -> None:
    member.status, member.is_authenticated = ConnectionStatus.CONNECTED, True
    member.denials = 0
    member.trusted = not vendor.assumptions.challenge_every_job
    _job(member).status = JobStatus.RECEIVED
    _then(vendor, member, at, vendor.assumptions.import_seconds, lambda then: _import(vendor, member, then))


def _refuse(vendor: MxVendor, member: Member, status: ConnectionStatus, at: datetime) -> None:
    if status is ConnectionStatus.DENIED:
        member.denials += 1
        if member.denials >= vendor.assumptions.denials_until_prevented:
            status = ConnectionStatus.PREVENTED
    halt(vendor, member, status, at)


def _import(vendor: MxVendor, member: Member, at: datetime) -> None:
    job = _job(member)
    job.status = JobStatus.TRANSFERRED
    member.has_processed_accounts, member.accounts_at = True, at
    for product in job.products:
        member.imported_at[product] = at
    member.has_processed_account_numbers = Product.ACCOUNT_VERIFICATION in job.products
    member.has_processed_transactions = Product.TRANSACTIONS in job.products
    _then(vendor, member, at, vendor.assumptions.finish_seconds, lambda then: _complete(vendor, member, then))


def _complete(vendor: MxVendor, member: Member, at: datetime) -> None:
    member.successfully_aggregated_at = at
    _end(vendor, member, JobStatus.COMPLETED, at)


def _end(vendor: MxVendor, member: Member, status: JobStatus, at: datetime) -> None:
    forget(member)
    job = _job(member)
    job.status, job.finished_at = status, at
    member.is_being_aggregated, member.aggregated_at = False, at
    vendor.tell("job_finished", member, at, None, detail=f"{job.type.name} {status.name} {member.status.name}")


def _then(vendor: MxVendor, member: Member, now: datetime, seconds: float, act: Callable[[datetime], None]) -> None:
    forget(member)
    member.next_step = vendor.agenda.add(now + timedelta(seconds=seconds), act)


def _job(member: Member) -> Job:
    assert member.job is not None, "a member on its way has a job"  # noqa: S101
    return member.job
