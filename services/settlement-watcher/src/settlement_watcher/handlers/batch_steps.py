"""What the vendor shows of one batch, and what is known of its members → its next step, and what is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bankrails_contracts.message import Event
from bankrails_contracts.money import Currency
from bankrails_contracts.settlement import BatchClosed, BatchOpened, BatchSettled
from bankrails_messaging.decisions import Decision, Work

from settlement_watcher.domain.batch import Batch, BatchShown, BatchState, BatchTrigger, next_state
from settlement_watcher.domain.batch_looks import MEMBERS_WAIT, RECONCILE_AFTER
from settlement_watcher.handlers.batch_work import reconcile
from settlement_watcher.reconciling_ports import Members

NOBODYS_AFTER = timedelta(days=30)
"""A closed batch in which nothing of ours was seen until then has nothing of ours."""


@dataclass
class Step:
    """A batch on its way through one look."""

    batch: Batch
    events: tuple[Event, ...] = ()
    work: tuple[Work, ...] = ()

    def decision(self, known: Batch | None) -> Decision | None:
        """None when nothing is new."""
        if self.batch is known or (self.batch == known and not self.events and not self.work):
            return None
        return Decision(self.batch, self.events, self.work)


def first_seen(shown: BatchShown, merchant_id: str, currency: Currency) -> Step:
    batch = Batch(shown.id, merchant_id, currency, opened_at=shown.opened_at, state=BatchState.ASKED)
    return Step(batch)


def show(step: Step, shown: BatchShown, now: datetime) -> None:
    batch = step.batch
    state = next_state(batch.state, BatchTrigger.SHOWN)
    if batch.state is BatchState.ASKED:
        opened_at = shown.opened_at or now
        step.events += (BatchOpened(merchant_id=batch.merchant_id, vendor_batch_id=batch.id, opened_at=opened_at),)
    batch = replace(batch, state=state, opened_at=batch.opened_at or shown.opened_at)
    if shown.closed and batch.seen_closed_at is None:
        batch = replace(batch, seen_closed_at=now)
    if shown.closed and batch.state is BatchState.OPEN:
        batch = replace(batch, closed_at=shown.closed_at or batch.closed_at)
    step.batch = batch


def close(step: Step, members: Members, unseen: int, now: datetime) -> None:
    """Once each payment that can be in it was seen, or has been waited for long enough."""
    batch = step.batch
    if batch.state is not BatchState.OPEN or batch.seen_closed_at is None:
        return
    if unseen and now - batch.seen_closed_at < MEMBERS_WAIT:
        return
    batch = replace(
        batch,
        state=next_state(batch.state, BatchTrigger.SHOWN_CLOSED),
        closed_at=batch.closed_at or batch.seen_closed_at,
        payments=members.payments,
        total_minor=members.total_minor,
    )
    step.events += (
        BatchClosed(
            merchant_id=batch.merchant_id,
            vendor_batch_id=batch.id,
            closed_at=batch.closed_at,
            payments=batch.payments,
            total_minor=batch.total_minor,
            currency=batch.currency,
        ),
    )
    step.batch = batch


def plan_reconciliation(step: Step, now: datetime) -> None:
    if step.batch.state is BatchState.CLOSED and not step.batch.reconcile_planned:
        step.batch = replace(step.batch, reconcile_planned=True)
        step.work += (reconcile(step.batch, now + RECONCILE_AFTER),)


def settled(step: Step, members: Members | None, now: datetime) -> None:
    batch = step.batch
    if batch.state is not BatchState.CLOSED or (members is not None and members.moving):
        return
    if members is None:
        if now - (batch.closed_at or now) < NOBODYS_AFTER:
            return
        members = Members()
    step.batch = replace(
        batch,
        state=next_state(batch.state, BatchTrigger.MEMBERS_DONE),
        settled_at=now,
        cleared=members.cleared,
        returned=members.returned,
    )
    step.events += (
        BatchSettled(
            merchant_id=batch.merchant_id,
            vendor_batch_id=batch.id,
            settled_at=now,
            cleared=members.cleared,
            returned=members.returned,
        ),
    )
    step.work += (reconcile(step.batch),)
