"""Differences → what is told of them: each once, closed by itself when the two sides agree."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bankrails_contracts.settlement import DiscrepancyClosed, DiscrepancyFound, DiscrepancyKind
from bankrails_messaging.decisions import Decision

from settlement_watcher.domain.discrepancy import Difference, Discrepancy, discrepancy_id, found, gone
from settlement_watcher.domain.observation import Observation

AGREE = "the two sides agree"
OF_A_ROW = (
    DiscrepancyKind.UNKNOWN_TO_US,
    DiscrepancyKind.AMOUNT,
    DiscrepancyKind.STATUS,
    DiscrepancyKind.BATCH_MEMBER,
)


def told(
    differences: Iterable[Difference], known: Mapping[str, Discrepancy], merchant_id: str, now: datetime
) -> list[Decision]:
    """One decision for each that is news. `known` by id."""
    decisions: dict[str, Decision] = {}
    for difference in differences:
        id = discrepancy_id(merchant_id, difference)
        discrepancy, news = found(known.get(id), difference, merchant_id, now)
        if news and id not in decisions:
            event = DiscrepancyFound(
                **_about(discrepancy), ours=discrepancy.ours, theirs=discrepancy.theirs, found_at=now
            )
            decisions[id] = Decision(discrepancy, (event,))
    return list(decisions.values())


def ids(differences: Iterable[Difference], merchant_id: str) -> list[str]:
    return [discrepancy_id(merchant_id, difference) for difference in differences]


def ids_of_rows(rows: Iterable[Observation], merchant_id: str) -> list[str]:
    """Of everything that could be found of these rows by themselves."""
    return [
        discrepancy_id(merchant_id, Difference(kind, row.vendor_payment_id, "", ""))
        for row in rows
        for kind in OF_A_ROW
    ]


def agreed(discrepancies: Iterable[Discrepancy], now: datetime) -> list[Decision]:
    """The two sides have come to agree; nothing is told of those that were closed before."""
    return [
        Decision(gone(item), (closing(item, now, explanation=AGREE),))
        for item in discrepancies
        if gone(item) is not item
    ]


def closing(
    discrepancy: Discrepancy, now: datetime, *, explanation: str, explained_by: str | None = None
) -> DiscrepancyClosed:
    return DiscrepancyClosed(**_about(discrepancy), explanation=explanation, explained_by=explained_by, closed_at=now)


def _about(discrepancy: Discrepancy) -> dict[str, Any]:
    return {
        "merchant_id": discrepancy.merchant_id,
        "discrepancy_id": discrepancy.id,
        "discrepancy": discrepancy.kind,
        "payment_id": discrepancy.payment_id,
        "refund_id": discrepancy.refund_id,
        "vendor_payment_id": discrepancy.vendor_payment_id,
        "vendor_batch_id": discrepancy.vendor_batch_id,
    }
