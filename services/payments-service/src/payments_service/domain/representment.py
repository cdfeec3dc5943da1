"""Presenting a returned payment again, as a new one: what its return code, the days and the count allow.

Source: ACH reinitiation rules (R01, R09: at most two more within 180 days, the same amount); Rule H1 (once within 30
days). settlement-watcher works out `retry`, `retry_until` and `presentments_left` from the code.
"""

from datetime import date

from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import Retry

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.payment import MOVED_NOTHING, Payment


def why_not(
    amount_minor: int, account: BankAccount, before: Payment | None, successor: Payment | None, today: date
) -> str | None:
    """`before` is the payment to be presented again, `successor` the one that did so already."""
    if before is None or before.merchant_id != account.merchant_id:
        return "there is no such payment for this merchant"
    if before.state is not PaymentState.RETURNED:
        return f"it is {before.state}, not returned"
    if before.payer_id != account.payer_id:
        return "it was of another payer"
    if before.bank_account_id not in (account.id, account.replaces):
        return "it was of another bank account, which this one does not correct"
    if before.amount_minor != amount_minor:
        return f"its amount was {before.amount_minor:,} minor units, and must stay the same"
    if before.retry != Retry.ALLOWED:
        code = (
            "its return code is not known yet" if before.return_code is None else f"it came back {before.return_code}"
        )
        return f"{code}: retry {before.retry or Retry.UNKNOWN.value}"
    if before.retry_until is not None and today > before.retry_until:
        return f"it could be presented again until {before.retry_until.isoformat()}"
    if before.presentments_left is not None and before.presentments_left < 1:
        return f"it was presented {before.presentment} times, and may not be again"
    if successor is not None and successor.state not in MOVED_NOTHING:
        return f"payment {successor.id} presents it again already"
    return None
