"""What payments-service tells of a refund: sent, it is watched like a payment; failed or returned, it is out no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bankrails_contracts.payments import PaymentState, RefundEvent, RefundFailed, RefundReturned, RefundSubmitted
from bankrails_messaging.decisions import Decision, Handling

from settlement_watcher.domain.discrepancy import Discrepancy, discrepancy_id
from settlement_watcher.domain.refunds import watched_id
from settlement_watcher.domain.unclaimed_row import UnclaimedRow, claimed
from settlement_watcher.domain.watched_payment import TOLD, WatchedKind, WatchedPayment, learned
from settlement_watcher.handlers import discrepancies
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.payment_findings import double_loss_of
from settlement_watcher.reconciling_ports import ReconcilingReads


@dataclass(frozen=True)
class Situation:
    payment: WatchedPayment | None
    refund: WatchedPayment | None
    double_loss: Discrepancy | None
    row: UnclaimedRow | None = None
    """The vendor's row that was nobody's, until this event named it."""
    country: str = ""
    id: str | None = None
    """Under which the refund is watched, where that is not its own."""


def submitted(event: RefundSubmitted, situation: Situation, now: datetime) -> Decision:
    known = situation.refund
    if known is not None and known.vendor_payment_id == event.vendor_refund_id:
        return Decision()
    refund = learned(
        WatchedPayment(
            id=situation.id or event.refund_id,
            merchant_id=event.merchant_id,
            vendor_payment_id=event.vendor_refund_id,
            external_account_id=event.external_account_id,
            amount_minor=event.amount.amount_minor,
            currency=event.amount.currency,
            country=situation.country,
            holder_type=None,
            since=min(event.submitted_at, now),
            kind=WatchedKind.REFUND,
            refund_of=event.payment_id,
            content_hash="" if known is None else known.content_hash,
            sequence=0 if known is None else known.sequence,
            version=0 if known is None else known.version,
        ),
        told=PaymentState.APPROVED,
    )
    row = situation.row
    claims = row is not None and not row.is_claimed and row.merchant_id == event.merchant_id
    return Decision(
        also=(
            Decision(refund),
            *_with_refunds(situation.payment, lambda ids: [*ids, event.refund_id]),
            *((Decision(claimed(row)),) if claims and row is not None else ()),
        )
    )


def returned(event: RefundReturned, situation: Situation, now: datetime) -> Decision:
    return Decision(also=_out_no_more(event, situation, now))


def failed(event: RefundFailed, situation: Situation, now: datetime) -> Decision:
    """It never went out, or was taken back before a bank had it."""
    refund = situation.refund
    ended = None if refund is None else learned(refund, told=max(refund.told, PaymentState.DECLINED, key=TOLD.index))
    changed = () if ended is None or ended is refund else (Decision(ended),)
    return Decision(also=(*changed, *_out_no_more(event, situation, now)))


def _out_no_more(event: RefundEvent, situation: Situation, now: datetime) -> tuple[Decision, ...]:
    known = [] if situation.double_loss is None else [situation.double_loss]
    return (
        *_with_refunds(situation.payment, lambda ids: [id for id in ids if id != event.refund_id]),
        *discrepancies.agreed(known, now),
    )


def _with_refunds(payment: WatchedPayment | None, changed: Any) -> tuple[Decision, ...]:
    if payment is None:
        return ()
    after = learned(payment, refunds=",".join(dict.fromkeys(changed(list(payment.refund_ids)))))
    return () if after is payment else (Decision(after),)


def handlings(merchants: Merchants) -> list[Handling[Any, Situation]]:
    def load(reads: ReconcilingReads, events: Sequence[RefundEvent]) -> list[Situation]:
        payments = reads.payments([id for event in events for id in (event.payment_id, *_watched_ids(event))])
        ids = {(event.payment_id, event.refund_id): _double_loss_id(event) for event in events}
        known = reads.discrepancies(list(ids.values()))
        rows = reads.unclaimed([event.vendor_refund_id for event in events if isinstance(event, RefundSubmitted)])
        situations = []
        for event in events:
            merchant = merchants.get(event.merchant_id)
            payment = payments.get(event.payment_id)
            own_id, other_id = _watched_ids(event)
            refund_id = own_id if _is_refund_of(event, payments.get(own_id)) else other_id
            refund = payments.get(refund_id)
            row = rows.get(event.vendor_refund_id) if isinstance(event, RefundSubmitted) else None
            country = payment.country if payment is not None else "" if merchant is None else merchant.country
            situations.append(
                Situation(payment, refund, known.get(ids[event.payment_id, event.refund_id]), row, country, refund_id)
            )
        return situations

    return [
        Handling(RefundSubmitted, load, submitted),
        Handling(RefundReturned, load, returned),
        Handling(RefundFailed, load, failed),
    ]


def _watched_ids(event: RefundEvent) -> tuple[str, str]:
    own, other = (watched_id(event.payment_id, event.refund_id, taken=taken) for taken in (False, True))
    return own, other


def _is_refund_of(event: RefundEvent, known: WatchedPayment | None) -> bool:
    """Or may become it."""
    return known is None or (known.is_refund and known.refund_of == event.payment_id)


def _double_loss_id(event: RefundEvent) -> str:
    return discrepancy_id(event.merchant_id, double_loss_of(event.payment_id, event.refund_id))
