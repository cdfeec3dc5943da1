"""A one-time mandate serves one payment: used up once the vendor has that debit, free again if it never came to one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.payments import MandateUsedUp, PaymentState
from bankrails_messaging.decisions import Decision

from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.payment import MOVED_NOTHING, Payment
from payments_service.domain.transitions import RANK
from payments_service.ports import Reads


def use(payment: Payment, mandate: Mandate | None, now: datetime) -> tuple[Decision, ...]:
    """What the payment's new state means for it; nothing for a payment under an ordinary mandate."""
    if mandate is None or mandate.used_by != payment.id:
        return ()
    if mandate.state is MandateState.USED_UP:
        # By the debit that this one presents again, which it still belongs to.
        gives_back = payment.re_presents is not None and payment.state in MOVED_NOTHING
        return (Decision(replace(mandate, used_by=payment.re_presents)),) if gives_back else ()
    if payment.state in MOVED_NOTHING:
        return (Decision(replace(mandate, used_by=None)),)
    if RANK[payment.state] < RANK[PaymentState.APPROVED]:
        return ()
    used_up = mandate.then("used up", now, payment.id, state=MandateState.USED_UP)
    return (Decision(used_up, (MandateUsedUp(**mandate.about, payment_id=payment.id),)),)


def one_time_mandates(reads: Reads, payments: Sequence[Payment]) -> Mapping[str, Mandate]:
    """By their ids."""
    return reads.mandates([p.one_time_mandate_id for p in payments if p.one_time_mandate_id is not None])
