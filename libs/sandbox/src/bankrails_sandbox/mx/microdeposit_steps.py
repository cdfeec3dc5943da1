"""A micro-deposit from status to status, and when that happens by itself: the provider takes it, the deposits arrive, its
time is over (docs.mx.com, microdeposits: overview and API testing).

                                                   ┌ right ─▶ VERIFIED
    PREINITIATED ─▶ INITIATED ─▶ REQUESTED ─▶ DEPOSITED ─ wrong ─▶ DENIED ─ three times ─▶ PREVENTED
                        └ the provider's no ─▶ ERRORED                (and back to the amounts)

REJECTED and CONFLICTED are there from the start.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bankrails_sandbox.mx.records import Microdeposit
from bankrails_sandbox.mx.vendor import MxVendor
from bankrails_sandbox.mx.vocabulary import MicrodepositStatus as Status

# Deleted once they are too old; whatever has come further stays.
RETAINED_FOR_A_TIME = (Status.INITIATED, Status.REQUESTED, Status.DEPOSITED)
AWAITS_AMOUNTS = (Status.DEPOSITED, Status.DENIED)
# That still stand for their account, so that another one for it is a conflict.
LIVE = (Status.INITIATED, Status.REQUESTED, Status.DEPOSITED, Status.DENIED, Status.VERIFIED)

VERIFIED_BY = (9, 9)
PREVENTED_BY = (4, 1)
"""In cents. Any other pair is wrong; 0.02 and 0.02 is the documented one."""


def start(vendor: MxVendor, deposit: Microdeposit, now: datetime, call_id: int | None) -> None:
    """With all details of the account, which were found in order."""
    move(vendor, deposit, _at_first(vendor, deposit), now, call_id)
    if deposit.status is Status.INITIATED:
        seconds = vendor.assumptions.deposits_requested_seconds
        _then(vendor, deposit, now, seconds, lambda at: _at_the_provider(vendor, deposit, at))


def keep_for_a_time(vendor: MxVendor, deposit: Microdeposit) -> None:
    def end(at: datetime) -> None:
        if deposit.status in RETAINED_FOR_A_TIME:
            delete(vendor, deposit, at, None, detail="retention")

    due_at = deposit.created_at + timedelta(days=vendor.assumptions.deposits_kept_days)
    deposit.retention_end = vendor.agenda.add(due_at, end)


def hear_amounts(vendor: MxVendor, deposit: Microdeposit, cents: tuple[int, int], now: datetime, call_id: int) -> None:
    """It awaits amounts. A wrong pair costs an attempt."""
    if cents == VERIFIED_BY:
        deposit.verified_at = now
        move(vendor, deposit, Status.VERIFIED, now, call_id)
        return
    deposit.attempts_left -= 1
    turned = cents[::-1] if vendor.assumptions.deposit_amounts_in_any_order else cents
    for_good = PREVENTED_BY in (cents, turned) or deposit.attempts_left <= 0
    move(vendor, deposit, Status.PREVENTED if for_good else Status.DENIED, now, call_id)


def move(vendor: MxVendor, deposit: Microdeposit, status: Status, at: datetime, call_id: int | None) -> None:
    if deposit.next_step is not None:
        deposit.next_step.cancel()
    deposit.status, deposit.updated_at = status, at
    tell(vendor, status.name.lower(), deposit, at, call_id)


def delete(
    vendor: MxVendor, deposit: Microdeposit, at: datetime, call_id: int | None, *, detail: str | None = None
) -> None:
    """It is kept, so that the control API can tell what became of it."""
    for appointment in (deposit.next_step, deposit.retention_end):
        if appointment is not None:
            appointment.cancel()
    deposit.deleted_at = at
    tell(vendor, "deleted", deposit, at, call_id, detail=detail)


def tell(
    vendor: MxVendor,
    kind: str,
    deposit: Microdeposit,
    at: datetime,
    call_id: int | None,
    *,
    detail: str | None = None,
) -> None:
    kind = f"microdeposit_{kind}"
    vendor.record(kind, deposit.client, at, reference=deposit.guid, call_id=call_id, detail=detail)


def _at_first(vendor: MxVendor, deposit: Microdeposit) -> Status:
    others = [each for each in vendor.microdeposits.values() if each is not deposit and each.client == deposit.client]
    if deposit.routing_number in vendor.assumptions.deposit_bad_routing_numbers:
        return Status.REJECTED
    verified = sum(
        each.email is not None and each.email == deposit.email and each.status is Status.VERIFIED for each in others
    )
    if verified >= vendor.assumptions.deposit_verified_per_email_max:
        return Status.REJECTED
    account = deposit.routing_number, deposit.account_number
    for each in others:
        same_user = each.user is deposit.user or vendor.assumptions.deposit_conflicts_across_users
        alive = each.deleted_at is None and each.status in LIVE
        if alive and same_user and (each.routing_number, each.account_number) == account:
            return Status.CONFLICTED
    return Status.INITIATED


def _at_the_provider(vendor: MxVendor, deposit: Microdeposit, at: datetime) -> None:
    assumptions = vendor.assumptions
    if not (deposit.account_number or "").startswith(assumptions.deposit_good_number_prefix):
        move(vendor, deposit, assumptions.deposit_other_numbers_end, at, None)
        return
    move(vendor, deposit, Status.REQUESTED, at, None)
    seconds = assumptions.deposits_sent_seconds
    _then(vendor, deposit, at, seconds, lambda then: move(vendor, deposit, Status.DEPOSITED, then, None))


def _then(
    vendor: MxVendor, deposit: Microdeposit, now: datetime, seconds: float, act: Callable[[datetime], None]
) -> None:
    deposit.next_step = vendor.agenda.add(now + timedelta(seconds=seconds), act)
