"""A transaction as the control API shows it."""

from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.helix.money import Transaction, TransactionStatus


@dataclass(frozen=True, slots=True)
class TransactionView:
    """`is_credit`: money came in from the external account. `account_id` is the customer's own."""

    id: int
    master_id: int
    customer_id: int
    external_account_id: int
    account_id: int | None
    type_code: str
    is_credit: bool
    amount_minor: int
    status: TransactionStatus
    tag: str | None
    settled_at: datetime | None
    return_code: str | None

    @classmethod
    def of(cls, transaction: Transaction) -> "TransactionView":
        return cls(
            id=transaction.id,
            master_id=transaction.master_id,
            customer_id=transaction.customer_id,
            external_account_id=transaction.external_account_id,
            account_id=None if transaction.account is None else transaction.account.id,
            type_code=transaction.type_code,
            is_credit=transaction.is_credit,
            amount_minor=transaction.amount_minor,
            status=transaction.status,
            tag=transaction.tag,
            settled_at=transaction.settled_at,
            return_code=transaction.return_code,
        )
