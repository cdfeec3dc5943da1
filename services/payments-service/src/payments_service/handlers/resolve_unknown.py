"""ResolveUnknown: a person decides about a call of which the machine could not find out whether it happened.

What they found is read at the vendor and compared before it is adopted (record_resolution.py). What they say is absent
ends at once, or is sent once more under a new key. The work that waits for them ends in the same commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.payments import (
    MoneyCall,
    PaymentOutcomeResolved,
    PaymentRefused,
    RefundState,
    Resolution,
    ResolveUnknown,
)
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.mandate import Mandate
from payments_service.domain.payment import Payment
from payments_service.domain.transitions import Trigger
from payments_service.handlers import refunding, undoing
from payments_service.handlers.changing import changed, moved
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.handlers.one_time_mandate import one_time_mandates, use
from payments_service.handlers.telling import news
from payments_service.handlers.withdrawal_work import withdrawal
from payments_service.ports import Reads

READ_CANDIDATE = "read_candidate"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payment: Payment | None
    account: BankAccount | None = None
    mandate: Mandate | None = None


def decide(command: ResolveUnknown, situation: Situation, now: datetime) -> Decision | Refusal:
    payment, account = situation.payment, situation.account
    if situation.merchant is None:
        return UNKNOWN_MERCHANT
    if payment is None or account is None or payment.merchant_id != situation.merchant.id:
        return not_found("payment", "payment_id")
    if command.call is MoneyCall.REFUND and payment.refund(command.refund_id or "") is None:
        return Refusal(RefusalCode.NOT_FOUND, "the payment has no such refund", field="refund_id", about=payment)
    if not needs_operator(payment, command.call, command.refund_id):
        reason = f"no {command.call} of it waits for a person: its outcome is known, or still being looked up"
        return Refusal(RefusalCode.WRONG_STATE, reason, about=payment)
    if command.vendor_payment_id is not None:
        return Decision(work=(_read_candidate(command, payment, account),))
    if command.send_again:
        return _send_again(command, payment, account, situation.merchant)
    return _absent(command, payment, situation.mandate, now)


def needs_operator(payment: Payment, call: MoneyCall, refund_id: str | None) -> bool:
    match call:
        case MoneyCall.WITHDRAW:
            return payment.needs_operator
        case MoneyCall.REFUND:
            refund = payment.refund(refund_id or "")
            return refund is not None and refund.doubt is not None and refund.doubt.needs_operator
        case MoneyCall.VOID | MoneyCall.CANCEL:
            under_way = payment.undoing
            if under_way is None or under_way.call is not call or under_way.doubt is None:
                return False
            return under_way.doubt.needs_operator


def certain(payment: Payment, call: MoneyCall, refund_id: str | None) -> Payment:
    """Without the doubt about this call; what else is true of it is the caller's to say."""
    match call:
        case MoneyCall.WITHDRAW:
            return replace(payment, unknown_since=None, needs_operator=False, unknown_reason=None, candidates=[])
        case MoneyCall.REFUND:
            refund = payment.refund(refund_id or "")
            return payment if refund is None else payment.with_refund(replace(refund, doubt=None))
        case MoneyCall.VOID | MoneyCall.CANCEL:
            under_way = payment.undoing
            return payment if under_way is None else payment.with_undo(replace(under_way, doubt=None))


def resolved(command: ResolveUnknown, payment: Payment, resolution: Resolution) -> Event:
    """With the debit's id at the vendor, also where a call that undoes it was in doubt."""
    ours = command.vendor_payment_id if command.call is MoneyCall.WITHDRAW else payment.vendor_payment_id
    return PaymentOutcomeResolved(
        **payment.about,
        vendor_payment_id=ours,
        call=command.call,
        refund_id=command.refund_id,
        resolution=resolution,
        by=command.by,
    )


def _read_candidate(command: ResolveUnknown, payment: Payment, account: BankAccount) -> Work:
    payload = {
        "merchant_id": payment.merchant_id,
        "vendor_payment_id": command.vendor_payment_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
        "command": command.model_dump(mode="json"),
    }
    return Work(READ_CANDIDATE, payload, helcim_budget(payment.merchant_id), Lane.PERSON)


def _send_again(command: ResolveUnknown, payment: Payment, account: BankAccount, merchant: Merchant) -> Decision:
    after = certain(payment, command.call, command.refund_id)
    match command.call:
        case MoneyCall.WITHDRAW:
            work = withdrawal(after, account, merchant.time_zone)
        case MoneyCall.REFUND:
            refund = after.refund(command.refund_id or "")
            assert refund is not None  # noqa: S101 - asked for in decide
            refund = replace(refund, state=RefundState.SUBMITTING)
            after, work = after.with_refund(refund), refunding.refund_work(after, refund)
        case MoneyCall.VOID | MoneyCall.CANCEL:
            work = undoing.undo_work(after, command.call)
    event = resolved(command, after, Resolution.SENT_AGAIN)
    return Decision(after, (event,), (work,), ends=(command.call.value,))


def _absent(command: ResolveUnknown, payment: Payment, mandate: Mandate | None, now: datetime) -> Decision:
    """It ends without money moved, and its gate is free."""
    told = resolved(command, payment, Resolution.ABSENT)
    after, ends = certain(payment, command.call, command.refund_id), (command.call.value,)
    reason = f"absent at the vendor, says {command.by}: {command.reason}"
    match command.call:
        case MoneyCall.WITHDRAW:
            after = moved(after, Trigger.REFUSE)
            refused = PaymentRefused(**payment.about, code=RefusalCode.VENDOR_UNAVAILABLE, reason=reason)
            return changed(after, told, refused, also=use(after, mandate, now), ends=ends)
        case MoneyCall.REFUND:
            refund = after.refund(command.refund_id or "")
            assert refund is not None  # noqa: S101 - asked for in decide
            after, event = refunding.failed(after, refund, RefusalCode.VENDOR_UNAVAILABLE, reason)
            return changed(after, told, event, ends=ends)
        case MoneyCall.VOID | MoneyCall.CANCEL:
            cancelled = payment.undoing is not None and payment.undoing.cancelled_seen
            after = after.with_undo(None)
            if not cancelled:
                return changed(after, told, ends=ends)
            seen = news(after, Trigger.CANCEL, after.vendor_payment_id or "", now, reason)
            return changed(moved(after, Trigger.CANCEL), told, *seen, ends=ends)


def handling(merchants: Merchants) -> Handling[ResolveUnknown, Situation]:
    def load(reads: Reads, commands: Sequence[ResolveUnknown]) -> list[Situation]:
        payments = reads.payments([command.payment_id for command in commands])
        accounts = reads.bank_accounts([payment.bank_account_id for payment in payments.values()])
        mandates = one_time_mandates(reads, list(payments.values()))
        situations = []
        for item in commands:
            merchant, payment = merchants.get(item.merchant_id), payments.get(item.payment_id)
            if payment is None:
                situations.append(Situation(merchant, None))
                continue
            mandate = mandates.get(payment.one_time_mandate_id or "")
            situations.append(Situation(merchant, payment, accounts.get(payment.bank_account_id), mandate))
        return situations

    return Handling(ResolveUnknown, load, decide)
