"""RecheckPayment: the vendor is asked about one payment now, and what it shows is told, changed or not."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import RecheckPayment
from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.merchants import NOT_WATCHED, UNKNOWN_MERCHANT, Merchants
from settlement_watcher.ports import Reads

RECHECK = "recheck"


def handling(merchants: Merchants) -> Handling[RecheckPayment, WatchedPayment | None]:
    def decide(command: RecheckPayment, payment: WatchedPayment | None, now: datetime) -> Decision | Refusal:
        if merchants.get(command.merchant_id) is None:
            return UNKNOWN_MERCHANT
        if payment is None or payment.merchant_id != command.merchant_id:
            return NOT_WATCHED
        if payment.vendor_payment_id is None:
            return Refusal(RefusalCode.WRONG_STATE, "it never was at the vendor", about=payment)
        payload = {
            "merchant_id": payment.merchant_id,
            "payment_id": payment.id,
            "vendor_payment_id": payment.vendor_payment_id,
        }
        return Decision(work=(Work(RECHECK, payload, helcim_budget(payment.merchant_id), Lane.PERSON),))

    def load(reads: Reads, commands: Sequence[RecheckPayment]) -> list[WatchedPayment | None]:
        payments = reads.payments([command.payment_id for command in commands])
        return [payments.get(command.payment_id) for command in commands]

    return Handling(RecheckPayment, load, decide)
