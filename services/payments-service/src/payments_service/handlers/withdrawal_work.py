"""The debit as work: what the call needs, and what is read again before it."""

from datetime import datetime

from bankrails_helcim.budgets import helcim_budget
from bankrails_messaging.decisions import Work
from bankrails_vendor_http.budget import Lane

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.payment import Payment

WITHDRAW = "withdraw"

NOT_BEFORE = "NOT_BEFORE"
"""Why a debit is not sent today, with the day that it waits for: the mandate starts later than was known."""


def withdrawal(payment: Payment, account: BankAccount, time_zone: str, due_at: datetime | None = None) -> Work:
    """`time_zone` is the merchant's: its day is what the mandate's first day is compared with."""
    payload = {
        "merchant_id": payment.merchant_id,
        "bank_account_id": payment.bank_account_id,
        "vendor_customer_id": account.vendor_customer_id,
        "vendor_bank_account_id": account.vendor_bank_account_id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "not_after": None if payment.not_after is None else payment.not_after.isoformat(),
        "time_zone": time_zone,
    }
    return Work(
        WITHDRAW, payload, helcim_budget(payment.merchant_id), Lane.MONEY, due_at=due_at, gate=payment.twin_gate
    )
