"""CollectPayment: accepted as ours to collect, or refused by name. The bank hears of it later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import CollectPayment, PaymentAccepted, PaymentState
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.payer import Payer
from payments_service.domain.payment import Payment
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants, not_found
from payments_service.ports import Reads

WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    payer: Payer | None
    account: BankAccount | None
    mandate_usable: bool | None
    """None when the account never had a mandate; False when none of its mandates may be used any more."""
    payment: Payment | None


def decide(command: CollectPayment, situation: Situation, now: datetime) -> Decision | Refusal:
    merchant, payer, account = situation.merchant, situation.payer, situation.account
    if merchant is None:
        return UNKNOWN_MERCHANT
    if command.amount.currency != merchant.currency:
        return Refusal(
            RefusalCode.CURRENCY_MISMATCH, f"this merchant collects {merchant.currency}", field="amount.currency"
        )
    if command.amount.amount_minor > merchant.payment_max_minor:
        return Refusal(
            RefusalCode.AMOUNT_ABOVE_LIMIT,
            f"at most {merchant.payment_max_minor} minor units a payment",
            field="amount.amount_minor",
        )
    if command.not_after is not None and command.not_after <= now:
        return Refusal(RefusalCode.TOO_LATE, "not_after has passed", field="not_after")
    if payer is None or payer.merchant_id != merchant.id:
        return not_found("payer", "payer_id")
    if account is None or account.payer_id != payer.id:
        return not_found("bank account of this payer", "bank_account_id")
    if account.state is not BankAccountState.REGISTERED:
        return Refusal(RefusalCode.WRONG_STATE, f"the bank account is {account.state}", field="bank_account_id")
    if situation.mandate_usable is None:
        return Refusal(RefusalCode.MANDATE_MISSING, "no mandate was requested for it", field="bank_account_id")
    if not situation.mandate_usable:
        return Refusal(RefusalCode.MANDATE_REVOKED, "its mandate was revoked", field="bank_account_id")
    payment = Payment(
        id=command.payment_id,
        merchant_id=merchant.id,
        payer_id=payer.id,
        bank_account_id=account.id,
        external_account_id=command.external_account_id or account.external_account_id,
        amount_minor=command.amount.amount_minor,
        currency=command.amount.currency,
        state=PaymentState.ACCEPTED,
        not_after=command.not_after,
        country=account.country,
        holder_type=account.holder_type,
    )
    return Decision(payment, (PaymentAccepted(**payment.about),), (_withdrawal(payment, account),))


def _withdrawal(payment: Payment, account: BankAccount) -> Work:
    payload = {
        "merchant_id": payment.merchant_id,
        "bank_account_id": payment.bank_account_id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "not_after": None if payment.not_after is None else payment.not_after.isoformat(),
    }
    return Work(WITHDRAW, payload, helcim_budget(payment.merchant_id), Lane.MONEY, gate=payment.twin_gate)


def handling(merchants: Merchants) -> Handling[CollectPayment, Situation]:
    def load(reads: Reads, commands: Sequence[CollectPayment]) -> list[Situation]:
        payers = reads.payers([command.payer_id for command in commands])
        account_ids = [command.bank_account_id for command in commands]
        accounts = reads.bank_accounts(account_ids)
        usable = reads.accounts_with_mandate(account_ids)
        payments = reads.payments([command.payment_id for command in commands])
        return [
            Situation(
                merchants.get(item.merchant_id),
                payers.get(item.payer_id),
                accounts.get(item.bank_account_id),
                usable.get(item.bank_account_id),
                payments.get(item.payment_id),
            )
            for item in commands
        ]

    return Handling(CollectPayment, load, decide, existing=lambda situation: situation.payment)
