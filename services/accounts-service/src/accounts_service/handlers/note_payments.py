"""What payments-service and settlement-watcher state of a payment: whether it is on its way, and when money moved.

Each payment has one row that ends once and stays ended, so the facts may come in any order and twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts import payments, settlement
from bankrails_contracts.message import Event
from bankrails_messaging.decisions import Decision, Handling

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.payment_in_flight import PaymentInFlight
from accounts_service.ports import Reads

BEGINS: tuple[type[Event], ...] = (
    payments.PaymentAccepted,
    payments.PaymentScheduled,
    payments.PaymentSubmitted,
    payments.PaymentAwaitingMandate,
    payments.PaymentApproved,
    settlement.PaymentInSettlement,
    settlement.PaymentContested,
    payments.RefundHeld,
    payments.RefundSubmitted,
)
ENDS: tuple[type[Event], ...] = (
    payments.PaymentRefused,
    payments.PaymentDeclined,
    payments.PaymentCancelled,
    payments.PaymentVoided,
    settlement.PaymentCleared,
    settlement.PaymentReturned,
    settlement.PaymentFinal,
    payments.RefundCleared,
    payments.RefundReturned,
    payments.RefundFailed,
)


@dataclass(frozen=True)
class Situation:
    payment: PaymentInFlight | None
    use: AccountUse | None = None


def decide(event: Any, situation: Situation, now: datetime, *, ends: bool) -> Decision:
    if event.external_account_id is None:
        return Decision()
    known = situation.payment
    payment = known or PaymentInFlight(payment_key(event), event.external_account_id)
    after = replace(payment, ended=payment.ended or ends)
    changed = () if known is not None and after == known else (Decision(after),)
    used = () if not isinstance(event, settlement.PaymentCleared) else _used(event, situation.use)
    return Decision(also=(*changed, *used))


def payment_key(event: Any) -> str:
    """A refund is a payment of its own: it goes to the same account later."""
    return f"refund:{event.refund_id}" if isinstance(event, payments.RefundEvent) else str(event.payment_id)


def _used(event: settlement.PaymentCleared, use: AccountUse | None) -> tuple[Decision, ...]:
    assert event.external_account_id is not None  # noqa: S101 - asked above
    if use is None:
        return (Decision(AccountUse(event.external_account_id, event.cleared_at)),)
    later = use.and_also(event.cleared_at)
    return () if later is use else (Decision(later),)


def _load(reads: Reads, events: Sequence[Any]) -> list[Situation]:
    known = reads.payments_in_flight([payment_key(event) for event in events])
    ids = [event.external_account_id for event in events if isinstance(event, settlement.PaymentCleared)]
    uses = reads.account_uses([each for each in ids if each is not None])
    return [Situation(known.get(payment_key(event)), uses.get(event.external_account_id or "")) for event in events]


def _deciding(*, ends: bool) -> Callable[[Any, Situation, datetime], Decision]:
    return lambda event, situation, now: decide(event, situation, now, ends=ends)


HANDLINGS: list[Handling[Any, Situation]] = [
    *(Handling(message, _load, _deciding(ends=False)) for message in BEGINS),
    *(Handling(message, _load, _deciding(ends=True)) for message in ENDS),
]
