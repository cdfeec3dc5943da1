"""WatchPayment: a debit that nobody announces is followed all the same, once the vendor has shown it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import WatchPayment
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from settlement_watcher.ports import Reads

FIRST_LOOK = "first_look"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payment: WatchedPayment | None
    same_debit: WatchedPayment | None = None
    """What is watched as that very transaction of the vendor's."""


def decide(command: WatchPayment, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, known = situation.merchant, situation.payment
    if merchant is None:
        return UNKNOWN_MERCHANT
    if command.amount.currency != merchant.currency:
        return Refusal(
            RefusalCode.CURRENCY_MISMATCH, f"this merchant collects {merchant.currency}", field="amount.currency"
        )
    if command.country != merchant.country:
        return Refusal(RefusalCode.COUNTRY_MISMATCH, f"this merchant is in {merchant.country}", field="country")
    asked = WatchedPayment(
        id=command.payment_id,
        merchant_id=merchant.id,
        vendor_payment_id=command.vendor_payment_id,
        external_account_id=command.external_account_id,
        amount_minor=command.amount.amount_minor,
        currency=command.amount.currency,
        country=command.country,
        holder_type=command.holder_type,
        since=now,
    )
    if known is not None and known.state is not PaymentState.REFUSED:
        return _is_watched(known, asked)
    other = situation.same_debit
    if other is not None and other.id != asked.id:
        # Told for both, one debit would be booked twice.
        reason = f"that debit is watched already, as payment {other.id}"
        return Refusal(RefusalCode.CONFLICT, reason, field="vendor_payment_id", about=other)
    if known is not None:
        asked = _once_more(asked, known)
    payload = {"merchant_id": merchant.id, "payment_id": asked.id, "vendor_payment_id": command.vendor_payment_id}
    return Decision(asked, work=(Work(FIRST_LOOK, payload, helcim_budget(merchant.id), Lane.PERSON),))


def _is_watched(known: WatchedPayment, asked: WatchedPayment) -> Refusal:
    same = (known.merchant_id, known.vendor_payment_id, known.money) == (
        asked.merchant_id,
        asked.vendor_payment_id,
        asked.money,
    )
    if same:
        return Refusal(RefusalCode.ALREADY_EXISTS, "it is watched already", about=known)
    return Refusal(RefusalCode.CONFLICT, "it is watched, as another debit", about=known)


def _once_more(asked: WatchedPayment, refused: WatchedPayment) -> WatchedPayment:
    """What the vendor did not show so: the same payment in our books, with what it is said to be now."""
    return replace(asked, content_hash=refused.content_hash, sequence=refused.sequence, version=refused.version)


def handling(merchants: Merchants) -> Handling[WatchPayment, Situation]:
    def load(reads: Reads, commands: Sequence[WatchPayment]) -> list[Situation]:
        payments = reads.payments([command.payment_id for command in commands])
        return [
            Situation(
                merchants.get(item.merchant_id),
                payments.get(item.payment_id),
                next(iter(reads.watched_as(item.merchant_id, [item.vendor_payment_id])), None),
            )
            for item in commands
        ]

    return Handling(WatchPayment, load, decide)
