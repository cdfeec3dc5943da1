"""A merchant's pause, as the store has it: read again in the commit that records an attempt, and at start."""

from collections.abc import Callable, Mapping, Sequence

from bankrails_contracts.envelope import format_instant
from bankrails_contracts.payments import PausedFor
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.holds import Hold, Holds
from bankrails_messaging.rows import Save
from bankrails_messaging.store import DEFERRED, Recheck
from bankrails_messaging.work_row import WorkRow
from sqlalchemy import Connection, or_, select

from payments_service.domain.merchant_status import MerchantStatus
from payments_service.store.repositories import MERCHANTS


def unless_paused(rechecks: Mapping[str, Recheck]) -> dict[str, Recheck]:
    """Each with the pause before it: what a paused merchant's call would be stopped for is looked at when it goes."""
    return {kind: _unless_paused(recheck) for kind, recheck in rechecks.items()}


def _unless_paused(recheck: Recheck) -> Recheck:
    def before_call(connection: Connection, rows: Sequence[WorkRow]) -> dict[str, str]:
        table = MERCHANTS.table
        ids = {row.payload["merchant_id"] for row in rows}
        paused = set(connection.scalars(select(table.c.id).where(table.c.id.in_(ids), table.c.paused_at.is_not(None))))
        waits = {row.id: DEFERRED for row in rows if row.payload["merchant_id"] in paused}
        return waits | dict(recheck(connection, [row for row in rows if row.id not in waits]))

    return before_call


def paused_merchants(connection: Connection) -> list[MerchantStatus]:
    table = MERCHANTS.table
    ids = connection.scalars(
        select(table.c.id).where(or_(table.c.paused_at.is_not(None), table.c.token_rejected_at.is_not(None)))
    )
    return list(MERCHANTS.get_many(connection, list(ids)).values())


def shown_pauses(connection: Connection) -> dict[str, list[dict[str, str]]]:
    """By merchant id, as operators are shown it."""
    shown: dict[str, list[dict[str, str]]] = {}
    for status in paused_merchants(connection):
        pauses = shown.setdefault(status.id, [])
        if status.paused_at is not None:
            since = format_instant(status.paused_at)
            pauses.append(
                {
                    "cause": PausedFor.COMMAND.value,
                    "by": status.paused_by or "",
                    "reason": status.paused_reason or "",
                    "since": since,
                }
            )
        if status.token_rejected_at is not None:
            since = format_instant(status.token_rejected_at)
            pauses.append(
                {"cause": PausedFor.TOKEN_REJECTED.value, "reason": status.token_reason or "", "since": since}
            )
    return shown


def hold_paused(holds: Holds, found: Sequence[MerchantStatus]) -> None:
    """At start, before anything is sent."""
    for status in found:
        if status.paused_by_command:
            holds.hold(helcim_budget(status.id), Hold.PAUSED)
        if status.token_rejected:
            holds.hold(helcim_budget(status.id), Hold.TOKEN_REJECTED)


def follow(holds: Holds) -> Callable[[Save], None]:
    """The pause takes effect as soon as it is durable, and so does its end."""

    def saved(save: Save) -> None:
        if save.repository is not MERCHANTS:
            return
        budget = helcim_budget(save.row["id"])
        if save.row["paused_at"] is not None:
            holds.hold(budget, Hold.PAUSED)
        else:
            holds.release(budget, Hold.PAUSED)
        if save.row["token_rejected_at"] is None:
            holds.release(budget, Hold.TOKEN_REJECTED)

    return saved
