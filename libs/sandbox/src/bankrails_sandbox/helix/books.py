"""Everything that the vendor keeps for the program.

The end of a verification window is an appointment in the vendor's agenda, kept by whoever moves an account from one
status to another.
"""

from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from bankrails_sandbox.agenda import Agenda, Appointment
from bankrails_sandbox.effects import Effect, EffectLog
from bankrails_sandbox.helix.money import InternalAccount, Ledger
from bankrails_sandbox.helix.program import HelixConfig
from bankrails_sandbox.helix.records import Customer, ExternalAccount, Status


class Books:
    def __init__(self, config: HelixConfig, log: EffectLog, agenda: Agenda) -> None:
        self.program = config.program
        self.directory = config.directory
        self.assumptions = config.assumptions
        self.log = log
        self.agenda = agenda
        self.customers: dict[int, Customer] = {customer.id: customer for customer in config.customers}
        self.accounts: dict[int, ExternalAccount] = {}
        self.by_tag: dict[str, ExternalAccount] = {}
        self._accounts_of: dict[int, list[ExternalAccount]] = {}
        self.internal_accounts: dict[int, InternalAccount] = {
            account.id: InternalAccount(account.id, account.customer_id, account.balance_minor)
            for account in config.accounts
        }
        self.ledger = Ledger()
        self._account_ids = count(4001)
        self._internal_account_ids = count(900_000_001)
        self._customer_ids = count(1003)
        self._window_ends: dict[int, Appointment] = {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.program.time_zone)

    def new_account_id(self) -> int:
        return next(self._account_ids)

    def add_customer(self, customer: Customer) -> None:
        self.customers[customer.id] = customer

    def free_customer_id(self) -> int:
        return next(number for number in self._customer_ids if number not in self.customers)

    def free_internal_account_id(self) -> int:
        return next(number for number in self._internal_account_ids if number not in self.internal_accounts)

    def add_account(self, account: ExternalAccount) -> None:
        self.accounts[account.id] = account
        self._accounts_of.setdefault(account.customer_id, []).append(account)
        if account.tag is not None:
            self.by_tag[account.tag] = account

    def accounts_of(self, customer_id: int) -> list[ExternalAccount]:
        """In the order in which they were made, whatever became of them."""
        return self._accounts_of.get(customer_id, [])

    def known(self, customer_id: object, account_id: object) -> ExternalAccount | None:
        """None for another customer's account as for one that does not exist."""
        account = self.accounts.get(account_id) if isinstance(account_id, int) else None
        return account if account is not None and account.customer_id == customer_id else None

    def nickname_taken(self, customer_id: int, nickname: str, *, but: ExternalAccount | None = None) -> bool:
        return any(account.nickname == nickname and account is not but for account in self.accounts_of(customer_id))

    def bank_name(self, routing_number: str, otherwise: str | None) -> str | None:
        """The directory's where the program has one, else as it was given."""
        return self.directory.name_of(routing_number) if self.program.nacha_enabled else otherwise

    def move(self, account: ExternalAccount, status: Status, at: datetime) -> None:
        """To another status. An Unverified account expires by itself at its `verify_expires_at`."""
        account.status, account.status_at, account.modified_at = status, at, at
        if (end := self._window_ends.pop(account.id, None)) is not None:
            end.cancel()
        if status is Status.UNVERIFIED and account.verify_expires_at is not None:

            def expire(due_at: datetime) -> None:
                self.move(account, Status.EXPIRED, due_at)
                self.record("expired", account, due_at, None)

            self._window_ends[account.id] = self.agenda.add(account.verify_expires_at, expire)

    def archive_day(self, at: datetime) -> date:
        """The day to which an archive counts; it begins some hours after midnight."""
        begins = time.fromisoformat(self.assumptions.archive_day_begins)
        local = at.astimezone(self.zone)
        return local.date() if local.time() >= begins else local.date() - timedelta(days=1)

    def archives_left(self, customer_id: int, now: datetime) -> int:
        today = self.archive_day(now)
        archived = sum(account.archived_day == today for account in self.accounts_of(customer_id))
        return max(self.program.archives_per_day - archived, 0)

    def record(
        self,
        kind: str,
        account: ExternalAccount,
        at: datetime,
        call_id: int | None,
        *,
        amount_minor: int | None = None,
    ) -> None:
        """Under the account's id and its tag; the number is masked. `call_id` is None for what time or the control API
        did."""
        self.log.record(
            Effect(
                number=0,
                kind=f"helix.external_account.{kind}",
                id=account.id,
                merchant=self.program.name,
                at=at,
                customer_id=account.customer_id,
                bank_account_id=account.id,
                amount_minor=amount_minor,
                currency=None if amount_minor is None else "USD",
                idempotency_key=account.tag,
                detail=account.number_masked,
                call_ids=[] if call_id is None else [call_id],
            )
        )
