"""Everything that the vendor keeps for one merchant.

All of it lives in one event loop and every change is made without awaiting, so each call is one atomic step. Whatever
falls due with time (closes, clearings, returns) is an appointment in the vendor's agenda, which is caught up with before
anything else is read or changed: a caller cannot tell that nobody was there at 17:00.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from bankrails_sandbox.agenda import Agenda
from bankrails_sandbox.effects import Effect, EffectLog
from bankrails_sandbox.helcim.banking_days import BankingDays
from bankrails_sandbox.helcim.day_index import DayIndex
from bankrails_sandbox.helcim.idempotency import KeyMemory
from bankrails_sandbox.helcim.merchants import Country, HelcimConfig, Merchant
from bankrails_sandbox.helcim.rate_limit import RateLimiter
from bankrails_sandbox.helcim.records import (
    AchTransaction,
    BankAccount,
    BankAnswer,
    Batch,
    Customer,
    Mail,
    Pad,
    StatusAuth,
    StatusBatch,
    TransactionType,
)

# Whose `userId` the vendor shows: nobody's for what came through the API, else the one person who uses the portal.
PORTAL_USER_ID = 4711


class Ids:
    """One sequence per kind for the whole vendor. They begin where the vendor's printed samples are."""

    def __init__(self) -> None:
        self.customers = count(19411033)
        self.customer_codes = count(1000)
        self.bank_accounts = count(41992)
        self.pads = count(53735)
        self.transactions = count(109361)
        self.batches = count(47339)


class Books:
    def __init__(self, merchant: Merchant, config: HelcimConfig, ids: Ids, log: EffectLog, agenda: Agenda) -> None:
        self.merchant = merchant
        self.assumptions = config.assumptions
        self.ids = ids
        self.log = log
        self.agenda = agenda
        self.zone = ZoneInfo(config.assumptions.timestamps_zone)
        self.close_time = time.fromisoformat(config.assumptions.batch_close_time)
        self.clearing_time = time.fromisoformat(config.assumptions.clearing_time)
        self.return_time = time.fromisoformat(config.assumptions.return_time)
        self.banking_days = _banking_days(merchant, config)
        self.limiter = RateLimiter(config.limits, refused_calls_count=config.assumptions.refused_calls_count)
        self.keys = KeyMemory(
            timedelta(seconds=config.assumptions.key_lifetime_seconds), config.assumptions.key_in_flight_status
        )
        self.customers: dict[int, Customer] = {}
        self.customers_by_code: dict[str, Customer] = {}
        self.bank_accounts: dict[int, BankAccount] = {}
        self.pads: dict[int, Pad] = {}
        self.transactions: dict[int, AchTransaction] = {}
        self.days = DayIndex(self.zone)
        self.hides = False
        """Whether any row is hidden: a list that hides nothing looks at no row that it does not show."""
        self.batches: dict[int, Batch] = {}
        self.open_batch: Batch | None = None
        self.mails: list[Mail] = []
        self.bank_report: list[BankAnswer] = []
        self._accounts_of: dict[int, list[BankAccount]] = {}
        self._pads_of: dict[int, list[Pad]] = {}
        self._pending_on: dict[int, list[AchTransaction]] = {}
        self._undone_by: dict[int, list[AchTransaction]] = {}

    def add_customer(self, customer: Customer) -> None:
        self.customers[customer.id] = customer
        self.customers_by_code[customer.code] = customer

    def add_bank_account(self, account: BankAccount) -> None:
        self.bank_accounts[account.id] = account
        self._accounts_of.setdefault(account.customer_id, []).append(account)

    def add_pad(self, pad: Pad) -> None:
        self.pads[pad.id] = pad
        self._pads_of.setdefault(pad.bank_account_id, []).append(pad)

    def add_transaction(self, row: AchTransaction) -> None:
        self.transactions[row.id] = row
        self.days.add(row)
        if row.original_id:
            self._undone_by.setdefault(row.original_id, []).append(row)

    def batch_status(self, row: AchTransaction) -> StatusBatch:
        """Open, too, of a row that is in no batch yet."""
        batch = self.batches.get(row.batch_id)
        return batch.status if batch else StatusBatch.OPEN

    def refunded_minor(self, original_id: int) -> int:
        """By refunds that stand: one that was voided or declined gave nothing back."""
        rows = self._undone_by.get(original_id, ())
        return sum(
            row.amount_minor for row in rows if row.type is TransactionType.REFUND and row.auth is StatusAuth.APPROVED
        )

    def add_pending(self, transaction: AchTransaction) -> None:
        self._pending_on.setdefault(transaction.bank_account_id, []).append(transaction)

    def take_pending(self, bank_account_id: int) -> list[AchTransaction]:
        """What waits for a PAD on that account, taken off the list."""
        return self._pending_on.pop(bank_account_id, [])

    def accounts_of(self, customer: Customer) -> Iterator[BankAccount]:
        return (account for account in self._accounts_of.get(customer.id, ()) if not account.deleted)

    def pads_of(self, bank_account_id: int) -> list[Pad]:
        return self._pads_of.get(bank_account_id, [])

    def active_pad(self, bank_account_id: int) -> Pad | None:
        return next((pad for pad in self.pads_of(bank_account_id) if pad.usable), None)

    def record(
        self,
        kind: str,
        id: int,
        at: datetime,
        call_id: int | None,
        *,
        customer_id: int | None = None,
        bank_account_id: int | None = None,
        transaction: AchTransaction | None = None,
        idempotency_key: str | None = None,
        detail: str | None = None,
    ) -> Effect:
        """`call_id` is None for what came with time, or by the control API in the place of a customer or a bank."""
        return self.log.record(
            Effect(
                number=0,
                kind=kind,
                id=id,
                merchant=self.merchant.name,
                at=at,
                customer_id=transaction.customer_id if transaction else customer_id,
                bank_account_id=transaction.bank_account_id if transaction else bank_account_id,
                amount_minor=transaction.amount_minor if transaction else None,
                currency=transaction.currency.name if transaction else None,
                idempotency_key=idempotency_key,
                detail=detail,
                call_ids=[] if call_id is None else [call_id],
            )
        )


def _banking_days(merchant: Merchant, config: HelcimConfig) -> BankingDays:
    given = config.assumptions
    closed_too = given.closed_days_ca if merchant.country is Country.CA else given.closed_days_us
    return BankingDays(merchant.country, [date.fromisoformat(day) for day in closed_too])
