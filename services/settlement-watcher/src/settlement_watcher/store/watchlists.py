"""What a sweep reads of the store before and while it looks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bankrails_contracts.payments import PaymentState as State
from sqlalchemy import ColumnElement, Connection, func, select

from settlement_watcher.domain.sweep_plan import ONE_DAY, Followed, Single
from settlement_watcher.ports import Known, Watchlist
from settlement_watcher.store.repositories import PAYMENTS, UNCLAIMED, watched_as

PAYMENT = PAYMENTS.table.c
AT_THE_BANK = (State.IN_SETTLEMENT, State.CONTESTED)


def watchlist(
    connection: Connection, merchant_id: str, now: datetime, claims_end_by: date, returned_from: date
) -> Watchlist:
    """`claims_end_by`: the latest claim deadline whose grace is over. `returned_from`: the earliest return that is still
    looked at."""
    followed = (
        PAYMENT.merchant_id == merchant_id,
        PAYMENT.vendor_payment_id.is_not(None),
        PAYMENT.looks_ended_at.is_(None),
    )
    cleared = PAYMENT.state == State.CLEARED
    hold_over = cleared & PAYMENT.available_at.is_(None) & (PAYMENT.funds_available_at <= now)
    claims_over = cleared & (PAYMENT.claim_deadline <= claims_end_by)
    returned = (PAYMENT.state == State.RETURNED) & (PAYMENT.returned_on >= returned_from)
    before_the_close = PAYMENT.state.in_((State.SUBMITTING, State.AWAITING_MANDATE, State.APPROVED))
    oldest = select(func.min(PAYMENT.since)).where(PAYMENT.merchant_id == merchant_id, cleared)
    return Watchlist(
        before_the_close=_followed(connection, *followed, before_the_close),
        at_the_bank=_followed(connection, *followed, PAYMENT.state.in_(AT_THE_BANK)),
        returned=_followed(connection, *followed, returned),
        due=_followed(connection, *followed, hold_over | claims_over, due=True),
        oldest_cleared=connection.execute(oldest).scalar(),
    )


def _followed(connection: Connection, *where: ColumnElement[bool], due: bool = False) -> list[Followed]:
    columns = select(PAYMENT.id, PAYMENT.vendor_payment_id, PAYMENT.since, PAYMENT.observed_at)
    return [
        Followed(row.id, row.vendor_payment_id, row.since, row.observed_at is not None, due)
        for row in connection.execute(columns.where(*where))
    ]


def rows_on(connection: Connection, merchant_id: str, days: Sequence[date], zone: ZoneInfo) -> dict[date, int]:
    """Payments of ours by their day at the vendor, whose wall clock is in `zone`."""
    return {
        day: _rows_between(connection, merchant_id, _midnight(day, zone), _midnight(day + ONE_DAY, zone))
        for day in days
    }


def _rows_between(connection: Connection, merchant_id: str, begins: datetime, ends: datetime) -> int:
    where = (PAYMENT.merchant_id == merchant_id, PAYMENT.since >= begins, PAYMENT.since < ends)
    return connection.execute(select(func.count()).where(*where)).scalar() or 0


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def waiting_for_mandate(connection: Connection, merchant_id: str, at_most: int) -> list[Single]:
    """The newest."""
    where = (PAYMENT.merchant_id == merchant_id, PAYMENT.state == State.AWAITING_MANDATE)
    return _singles(connection, *where, PAYMENT.vendor_payment_id.is_not(None), at_most=at_most)


def never_seen(connection: Connection, merchant_id: str, before: datetime, at_most: int) -> list[Single]:
    """Open, at the vendor since before that time, and shown by no look so far."""
    open_states = (State.SUBMITTING, State.AWAITING_MANDATE, State.APPROVED)
    where = (PAYMENT.merchant_id == merchant_id, PAYMENT.state.in_(open_states), PAYMENT.observed_at.is_(None))
    return _singles(connection, *where, PAYMENT.vendor_payment_id.is_not(None), PAYMENT.since < before, at_most=at_most)


def _singles(connection: Connection, *where: ColumnElement[bool], at_most: int) -> list[Single]:
    columns = select(PAYMENT.id, PAYMENT.vendor_payment_id).where(*where)
    found = connection.execute(columns.order_by(PAYMENT.since.desc()).limit(at_most))
    return [Single(id, vendor_id) for id, vendor_id in found]


def known(connection: Connection, merchant_id: str, vendor_ids: Sequence[str]) -> Known:
    payments = watched_as(connection, merchant_id, vendor_ids)
    return Known(payments, list(UNCLAIMED.get_many(connection, vendor_ids).values()))
