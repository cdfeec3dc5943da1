"""A merchant's batch at the vendor, from its opening until the last of our payments in it has cleared or come back.

    ASKED ──shown──▶ OPEN ──shown closed──▶ CLOSED ──each member cleared or returned──▶ SETTLED

ASKED is a batch that a command named and the vendor had not shown. One that is closed when it is first seen has been open.

What the vendor shows is never refused: a batch that is shown open after it was closed stays closed. Its date of closing
is read, never computed (helcim.com guide, ACH Payment API: a batch of the sample was open for months).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bankrails_contracts.money import Currency


class BatchState(StrEnum):
    ASKED = "ASKED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    SETTLED = "SETTLED"


class BatchTrigger(StrEnum):
    SHOWN = "shown"
    SHOWN_CLOSED = "shown_closed"
    MEMBERS_DONE = "members_done"


TRANSITIONS = {
    (BatchState.ASKED, BatchTrigger.SHOWN): BatchState.OPEN,
    (BatchState.OPEN, BatchTrigger.SHOWN_CLOSED): BatchState.CLOSED,
    (BatchState.CLOSED, BatchTrigger.MEMBERS_DONE): BatchState.SETTLED,
}
"""Every other pair changes nothing."""


def next_state(state: BatchState, trigger: BatchTrigger) -> BatchState:
    return TRANSITIONS.get((state, trigger), state)


class Kind(StrEnum):
    """The four sums that the vendor keeps of a batch."""

    WITHDRAWALS = "withdrawals"
    DEPOSITS = "deposits"
    REVERSED = "reversed"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class Total:
    count: int = 0
    minor: int = 0

    def plus(self, minor: int) -> "Total":
        return Total(self.count + 1, self.minor + minor)

    def and_also(self, other: "Total") -> "Total":
        return Total(self.count + other.count, self.minor + other.minor)


Totals = Mapping[Kind, Total]
"""What is not in it is nothing."""


@dataclass(frozen=True)
class Batch:
    id: str
    """The vendor's: its batches are numbered over all merchants."""
    merchant_id: str
    currency: Currency
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    seen_closed_at: datetime | None = None
    """When we first knew. BatchClosed may wait a little longer, for the payments in it to be seen."""
    payments: int = 0
    """Watched payments in it when BatchClosed was told."""
    total_minor: int = 0
    settled_at: datetime | None = None
    cleared: int = 0
    returned: int = 0
    reconciled_at: datetime | None = None
    reconcile_planned: bool = False
    """Its first comparison is planned, or was made."""
    state: BatchState = BatchState.CLOSED
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


@dataclass(frozen=True)
class BatchShown:
    """A batch as the vendor lists it. Made by the call, kept as JSON in its answer."""

    id: str
    closed: bool
    opened_at: datetime | None
    closed_at: datetime | None
    totals: Totals = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "closed": self.closed,
            "opened_at": self.opened_at and self.opened_at.isoformat(),
            "closed_at": self.closed_at and self.closed_at.isoformat(),
            "totals": totals_as_json(self.totals),
        }

    @classmethod
    def from_json(cls, made: Mapping[str, Any]) -> "BatchShown":
        def instant(name: str) -> datetime | None:
            return None if made[name] is None else datetime.fromisoformat(made[name])

        return cls(
            made["id"], made["closed"], instant("opened_at"), instant("closed_at"), totals_from_json(made["totals"])
        )


def totals_as_json(totals: Totals) -> dict[str, list[int]]:
    return {kind.value: [total.count, total.minor] for kind, total in totals.items()}


def totals_from_json(made: Mapping[str, Any]) -> dict[Kind, Total]:
    return {Kind(kind): Total(count, minor) for kind, (count, minor) in made.items()}
