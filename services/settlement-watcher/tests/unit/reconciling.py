"""A batch on both sides, and the comparison driven as the service drives it: answer by answer, over books in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState
from bankrails_messaging.decisions import Decision, Outcome, Result
from settlement_watcher.domain.batch import Batch, BatchShown, BatchState, Kind, Total
from settlement_watcher.domain.discrepancy import Discrepancy, DiscrepancyState
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.open_outcome import OpenOutcome
from settlement_watcher.domain.reconciliation import KIND_OF
from settlement_watcher.domain.watched_payment import WatchedKind, WatchedPayment, learned
from settlement_watcher.handlers import record_reconciliation
from settlement_watcher.reconciling_ports import Member

BATCH = "47339"
PAGE = 125


def a_member(id: str, noon: datetime, amount_minor: int, kind: WatchedKind = WatchedKind.DEBIT) -> WatchedPayment:
    """In settlement, as the vendor showed it after the close."""
    return learned(
        WatchedPayment(
            id=id,
            merchant_id="maple-books",
            vendor_payment_id=id.removeprefix("p"),
            external_account_id=None,
            amount_minor=amount_minor,
            currency=Currency.CAD,
            country="CA",
            holder_type=None,
            since=noon,
            kind=kind,
            refund_of="elsewhere" if kind is WatchedKind.REFUND else None,
        ),
        told=PaymentState.APPROVED,
        auth="approved",
        clearing="opened",
        vendor_batch_id=BATCH,
        batch_closed=True,
        in_settlement_at=noon,
        observed_at=noon,
    )


def a_row(id: str, noon: datetime, amount_minor: int, transaction_type: str = "withdrawal") -> Observation:
    return Observation(
        vendor_payment_id=id,
        amount_minor=amount_minor,
        currency="CAD",
        auth="approved",
        clearing="opened",
        vendor_batch_id=BATCH,
        batch_closed=True,
        batch_closed_at=noon,
        created_at=noon,
        observed_at=noon + timedelta(hours=1),
        transaction_type=transaction_type,
    )


def sums(rows: Sequence[Observation]) -> dict[Kind, Total]:
    totals = dict.fromkeys(Kind, Total())
    for row in rows:
        kind = KIND_OF[row.transaction_type]
        if row.auth == "approved":
            totals[kind] = Total(totals[kind].count + 1, totals[kind].minor + row.amount_minor)
    return totals


@dataclass
class Books:
    """reconciling_ports.ReconcilingReads, as far as a comparison asks."""

    noon: datetime
    watched: dict[str, WatchedPayment]
    open_calls: list[OpenOutcome] = field(default_factory=list)
    found: dict[str, Discrepancy] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.batch = Batch(
            BATCH,
            "maple-books",
            Currency.CAD,
            opened_at=self.noon - timedelta(hours=8),
            closed_at=self.noon,
            seen_closed_at=self.noon,
            state=BatchState.CLOSED,
        )

    def batches(self, ids: Sequence[str]) -> Mapping[str, Batch]:
        return {self.batch.id: self.batch}

    def payments(self, ids: Sequence[str]) -> Mapping[str, WatchedPayment]:
        return {id: self.watched[id] for id in ids if id in self.watched}

    def watched_as(self, merchant_id: str, vendor_payment_ids: Sequence[str]) -> list[WatchedPayment]:
        return [item for item in self.watched.values() if item.vendor_payment_id in vendor_payment_ids]

    def member_list(self, merchant_id: str, batch_id: str) -> list[Member]:
        return [
            Member(item.id, item.vendor_payment_id, item.is_refund, item.state, item.amount_minor, item.since)
            for item in self.watched.values()
            if item.vendor_batch_id == batch_id
        ]

    def discrepancies(self, ids: Sequence[str]) -> Mapping[str, Discrepancy]:
        return {id: self.found[id] for id in ids if id in self.found}

    def open_discrepancies_of(self, batch_id: str) -> list[Discrepancy]:
        return [
            item
            for item in self.found.values()
            if item.vendor_batch_id == batch_id and item.state is DiscrepancyState.OPEN
        ]

    def open_outcomes(self, merchant_id: str) -> list[OpenOutcome]:
        return self.open_calls

    def take(self, decision: Decision) -> None:
        match decision.aggregate:
            case WatchedPayment() as payment:
                self.watched[payment.id] = payment
            case Discrepancy() as discrepancy:
                self.found[discrepancy.id] = discrepancy
            case Batch() as batch:
                self.batch = batch
        self.events += decision.events
        self.asked += [work.payload["payment_id"] for work in decision.work]
        for further in decision.also:
            self.take(further)


@dataclass
class Vendor:
    rows: list[Observation]
    totals: dict[Kind, Total]
    singly: dict[str, Observation] = field(default_factory=dict)
    """Shown when asked for by themselves, and on no page."""

    def answer(self, payload: Mapping[str, Any], noon: datetime) -> dict[str, Any] | None:
        match payload["phase"]:
            case "totals":
                shown = BatchShown(BATCH, True, noon - timedelta(hours=8), noon, self.totals)
                return {"batch": shown.as_json()}
            case "pages":
                page = payload["reading"]["page"]
                rows = self.rows[(page - 1) * PAGE : page * PAGE]
                return {"ids": [int(row.vendor_payment_id) for row in rows], "rows": [row.as_json() for row in rows]}
            case "singles":
                alone = self.singly.get(payload["singles"][0][1])
                return None if alone is None else {"rows": [alone.as_json()]}
            case _:
                return {}


def compare(books: Books, vendor: Vendor, merchants: Any, after: timedelta = timedelta(hours=1)) -> None:
    """One comparison from its beginning to its end."""
    (answering, _) = record_reconciliation.answerings(merchants)
    payload: dict[str, Any] | None = {"merchant_id": "maple-books", "batch_id": BATCH, "phase": "totals"}
    for _ in range(50):
        if payload is None:
            return
        answer = vendor.answer(payload, books.noon)
        outcome = Outcome(
            work_id="work",
            kind=answering.kind,
            key=BATCH,
            command_id="command",
            result=Result.ANSWERED if answer is not None else Result.REJECTED,
            payload=payload,
            answer=answer or {},
        )
        (situation,) = answering.load(books, [outcome])
        decision = answering.decide(outcome, situation, books.noon + after)
        books.take(decision)
        payload = decision.again_payload
    raise AssertionError("the comparison does not end")


def differences(books: Books) -> Iterator[tuple[str, str]]:
    """(kind, what) of each that is open."""
    for item in books.found.values():
        if item.state is DiscrepancyState.OPEN:
            what = item.vendor_payment_id or item.ours.partition(":")[0]
            yield item.kind.value, what


def changed(payment: WatchedPayment, **facts: Any) -> WatchedPayment:
    return learned(replace(payment), **facts)
