"""On which day a payment goes out, and at what time of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bankrails_contracts.payments import WaitsFor
from bankrails_helcim.merchant import Merchant

from payments_service.domain.mandate import Mandate, earliest_debit, notice_days

SENT_AT = time(8, 0)
"""Of its day, by the merchant's clock: hours before the batch of that day closes at 17:00, with people at work who can
still stop it, and after the night in which a mandate may have been revoked."""


@dataclass(frozen=True)
class Schedule:
    due_on: date
    waits_for: WaitsFor | None
    """None: for nothing, it goes out at once."""
    notice_days: int
    notify_on: date | None
    """The last day for telling the payer; None when they have been told, or need not be."""


def schedule(
    merchant: Merchant, mandate: Mandate, collect_on: date | None, notified_on: date | None, today: date
) -> Schedule:
    days = notice_days(mandate, merchant.pre_notification_days)
    bounds = [
        (collect_on or today, WaitsFor.COLLECT_ON),
        (mandate.earliest_debit_on or today, WaitsFor.MANDATE_START),
        (earliest_debit(mandate, notified_on, today, days), WaitsFor.PRE_NOTIFICATION),
    ]
    due_on, waits_for = max(bounds, key=lambda bound: bound[0])  # of equal days the first is the reason
    must_tell = days > 0 and notified_on is None
    return Schedule(
        max(due_on, today),
        waits_for if due_on > today else None,
        days,
        due_on - timedelta(days=days) if must_tell else None,
    )


def local_day(time_zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()


def opens_at(time_zone: str, day: date) -> datetime:
    """When a payment that is due on `day`, a day where the merchant is, goes out; in UTC."""
    return datetime.combine(day, SENT_AT, ZoneInfo(time_zone)).astimezone(UTC)
