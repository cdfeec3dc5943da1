"""VoidOpenPayments: a test account's payments never settle, so what is open there is stopped, each by its own command."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import OpenPaymentsVoiding, StopPayment, VoidOpenPayments
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.merchant_status import MerchantStatus
from payments_service.domain.stopping import WAYS, Way
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from payments_service.ports import Reads

STILL_OPEN = frozenset(state for state, way in WAYS.items() if way not in (None, Way.REFUND))


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    status: MerchantStatus | None
    payment_ids: Sequence[str]
    """Those that are still open."""


def decide(command: VoidOpenPayments, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant = situation.merchant
    if merchant is None:
        return UNKNOWN_MERCHANT
    if not merchant.holds_funding:
        return Refusal(RefusalCode.NOT_OFFERED, "it is no test account: its merchant does not hold funding")
    status = situation.status or MerchantStatus(merchant.id)
    event = OpenPaymentsVoiding(merchant_id=merchant.id, payments=len(situation.payment_ids))
    stops = [StopPayment(merchant_id=merchant.id, payment_id=id, or_refund=False) for id in situation.payment_ids]
    return Decision(status, (event,), commands=tuple(stops))


def handling(merchants: Merchants) -> Handling[VoidOpenPayments, Situation]:
    def load(reads: Reads, commands: Sequence[VoidOpenPayments]) -> list[Situation]:
        ids = [command.merchant_id for command in commands]
        statuses = reads.merchant_statuses(ids)
        testing = [id for id in ids if id in merchants and merchants[id].holds_funding]
        found = reads.payments_in(testing, STILL_OPEN)
        return [Situation(merchants.get(id), statuses.get(id), found.get(id, ())) for id in ids]

    return Handling(VoidOpenPayments, load, decide)
