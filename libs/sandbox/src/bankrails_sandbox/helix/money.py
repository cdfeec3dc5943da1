"""What the vendor keeps of money: the customers' own accounts and the transactions between these and outside accounts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count

from bankrails_sandbox.agenda import Appointment


class AccountState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    FROZEN = "frozen"


@dataclass(slots=True)
class InternalAccount:
    """A customer's own account in the program, as far as transfers need it. No id of it is an external account's."""

    id: int
    customer_id: int
    balance_minor: int = 0
    state: AccountState = AccountState.ACTIVE


class TransactionStatus(StrEnum):
    INITIATED = "Initiated"
    """Not in a Nacha file yet."""

    PENDING = "Pending"
    SETTLED = "Settled"
    VOIDED = "Voided"


OPEN = (TransactionStatus.INITIATED, TransactionStatus.PENDING)


@dataclass(slots=True)
class Transaction:
    """`is_credit` is the internal account's view: money comes in from outside. A return is a transaction of its own, with
    the `master_id` of the one that came back. `account` is None where only the outside account is known."""

    id: int
    master_id: int
    customer_id: int
    external_account_id: int
    account: InternalAccount | None
    type_code: str
    is_credit: bool
    amount_minor: int
    status: TransactionStatus
    created_at: datetime
    tag: str | None = None
    settled_at: datetime | None = None
    voided_at: datetime | None = None
    return_code: str | None = None
    next_step: Appointment | None = field(default=None, repr=False)


# Beyond 32 bits, as the vendor's may be.
FIRST_TRANSACTION_ID = 5_000_000_001


class Ledger:
    """All transactions of the program, in the order in which they were made."""

    def __init__(self) -> None:
        self.transactions: dict[int, Transaction] = {}
        self.by_tag: dict[str, Transaction] = {}
        self._ids = count(FIRST_TRANSACTION_ID)

    def next_id(self) -> int:
        return next(self._ids)

    def add(self, transaction: Transaction) -> None:
        self.transactions[transaction.id] = transaction
        if transaction.tag is not None:
            self.by_tag[transaction.tag] = transaction

    def of_external(self, account_id: int) -> list[Transaction]:
        return [each for each in self.transactions.values() if each.external_account_id == account_id]
