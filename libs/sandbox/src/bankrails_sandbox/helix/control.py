"""What an administrator, a bank or a test does to the vendor, and what it may see. Never mixed with the vendor's paths.

Names are in snake case, money in minor units, times in UTC.
"""

import dataclasses
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helix import codes, ledger, noc
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.changes import release_lock, set_lock
from bankrails_sandbox.helix.count_limit import counted
from bankrails_sandbox.helix.endpoints import OPERATIONS
from bankrails_sandbox.helix.money import OPEN
from bankrails_sandbox.helix.opening import open_verified, opening_problems, start_window
from bankrails_sandbox.helix.program import VerificationType
from bankrails_sandbox.helix.records import AccountType, Customer, ExternalAccount, LockedBy, Status
from bankrails_sandbox.helix.transaction_control import Return, TransactionControl
from bankrails_sandbox.helix.vendor import HelixVendor
from bankrails_sandbox.helix.view import AccountView
from bankrails_sandbox.json_http import BadRequest, NotFound, json_body, json_reply
from bankrails_sandbox.vendor_control import VendorControl

# Of a transaction that nobody transferred and a test wants: a dollar.
MOVED_MINOR = 100
UNDECIDED = (Status.UNVERIFIED, Status.VERIFY_LOCKED)


@dataclasses.dataclass(frozen=True, slots=True)
class ProgramSwitches:
    """What of the program can be changed while it runs; None leaves it."""

    verification_type: VerificationType | None = None
    external_accounts_max: int | None = None
    archives_per_day: int | None = None
    nacha_enabled: bool | None = None
    create_enabled: bool | None = None
    initiate_enabled: bool | None = None
    locking_approved: bool | None = None
    ip_trusted: bool | None = None
    throttled: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class NewCustomer:
    """`id` None takes the next one."""

    id: int | None = None
    name: str = ""
    managers: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Lock:
    reason: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """What an administrator makes of an account that failed verification. Unverified: with new attempts and a new window."""

    status: Status

    def __post_init__(self) -> None:
        if self.status not in (Status.UNVERIFIED, Status.VERIFIED, Status.DENIED):
            raise ValueError("status must be Unverified, Verified or Denied")


@dataclasses.dataclass(frozen=True, slots=True)
class Movement:
    """Money moved by the account: a transaction that is still pending, or one that settled; `settled_at` None is now."""

    pending: bool = False
    settled_at: datetime | None = None


class HelixControl(VendorControl):
    def __init__(self, vendor: HelixVendor) -> None:
        super().__init__("/control/helix", vendor, operations=OPERATIONS, merchants=vendor.merchants)
        self._vendor = vendor

    def routes(self) -> list[Route]:
        account = "/external-accounts/{id:int}"
        return [
            *super().routes(),
            self.route("GET", "/program", self.program),
            self.route("PATCH", "/program", self.switch_program),
            self.route("GET", "/customers", self.customers),
            self.route("POST", "/customers", self.add_customer),
            self.route("POST", "/external-accounts", self.create_as_admin),
            self.route("GET", account, self.account),
            self.route("POST", f"{account}/deny", self.deny),
            self.route("POST", f"{account}/return-trial", self.return_trial),
            self.route("POST", f"{account}/review", self.review),
            self.route("POST", f"{account}/lock", self.lock),
            self.route("POST", f"{account}/unlock", self.unlock),
            self.route("POST", f"{account}/noc", self.apply_noc),
            self.route("POST", f"{account}/transactions", self.move_money),
            self.route("POST", f"{account}/settle", self.settle),
            *TransactionControl(self._vendor).routes(self.route),
        ]

    async def program(self, _request: Request) -> Response:
        """The secret by its last four characters, as anywhere."""
        program = encode(self._vendor.books.program)
        return json_reply(program | {"api_secret": f"…{program['api_secret'][-4:]}"})

    async def switch_program(self, request: Request) -> Response:
        switches = decode(ProgramSwitches, await json_body(request))
        given = {field.name: getattr(switches, field.name) for field in dataclasses.fields(switches)}
        self._vendor.change_program(**{name: value for name, value in given.items() if value is not None})
        return await self.program(request)

    async def customers(self, _request: Request) -> Response:
        books, now = self._vendor.books, self._now()
        customers = [
            encode(customer) | {"external_accounts_counted": counted(books, customer.id, now)}
            for customer in books.customers.values()
        ]
        return json_reply({"customers": customers})

    async def add_customer(self, request: Request) -> Response:
        new = decode(NewCustomer, await json_body(request))
        books = self._vendor.books
        if new.id in books.customers:
            raise BadRequest(f"there is a customer {new.id} already")
        customer = Customer(new.id or books.free_customer_id(), new.name, managers=new.managers)
        books.add_customer(customer)
        return json_reply(encode(customer), 201)

    async def create_as_admin(self, request: Request) -> Response:
        """As a person in the admin site: beyond the count limit, and of any type. The body is that of create."""
        call = Call(0, self._now(), {}, {}, await json_body(request))
        problems = opening_problems(self._vendor.books, call, codes.CREATE, tuple(AccountType), limited=False)
        if problems:
            raise BadRequest(", ".join(f"{problem.code} {problem.message}" for problem in problems))
        return _shown(open_verified(self._vendor.books, call, None), 201)

    async def account(self, request: Request) -> Response:
        return _shown(self._account(request))

    async def return_trial(self, request: Request) -> Response:
        """The bank sends a trial entry back, such as for R03; the offset debit can come back after a good verify too."""
        account = self._account(request)
        code = decode(Return, await json_body(request)).code
        if not account.trial_amounts_minor:
            raise BadRequest("no trial deposits were sent to this account")
        books, now = self._vendor.books, self._now()
        books.record("trial_returned", account, now, None)
        account.trial_returned = code
        if account.status in UNDECIDED and books.assumptions.returned_trial_denies:
            return self._moved(account, Status.DENIED)
        return _shown(account)

    async def deny(self, request: Request) -> Response:
        """An administrator rejects the account."""
        account = self._account(request)
        if account.status not in UNDECIDED:
            raise BadRequest(f"an account with status {account.status} cannot be denied")
        return self._moved(account, Status.DENIED)

    async def review(self, request: Request) -> Response:
        account = self._account(request)
        status = decode(Review, await json_body(request)).status
        if account.status is not Status.VERIFY_LOCKED:
            raise BadRequest(f"an account with status {account.status} is not up for review")
        if status is Status.UNVERIFIED:
            start_window(self._vendor.books, account, self._now())
        return self._moved(account, status)

    async def lock(self, request: Request) -> Response:
        """As an administrator: unlock by the API is refused from then on."""
        account = self._account(request)
        reason = decode(Lock, await json_body(request)).reason
        set_lock(self._vendor.books, account, LockedBy.ADMIN, reason, self._now(), None)
        return _shown(account)

    async def unlock(self, request: Request) -> Response:
        account = self._account(request)
        if not account.locked:
            raise BadRequest("the account is not locked")
        release_lock(self._vendor.books, account, self._now(), None)
        return _shown(account)

    async def apply_noc(self, request: Request) -> Response:
        account = self._account(request)
        notification = decode(noc.Notification, await json_body(request))
        noc.apply(self._vendor.books, account, notification, self._now())
        return _shown(account)

    async def move_money(self, request: Request) -> Response:
        account = self._account(request)
        movement = decode(Movement, await json_body(request))
        books, now = self._vendor.books, self._now()
        row = ledger.open_transaction(books, account, MOVED_MINOR, now, None, is_credit=True)
        if not movement.pending:
            ledger.settle(books, row, now, settled_at=movement.settled_at)
        return _shown(account)

    async def settle(self, request: Request) -> Response:
        """All that is pending, now."""
        account = self._account(request)
        if not account.pending_transactions:
            raise BadRequest("nothing is pending")
        for row in self._vendor.books.ledger.of_external(account.id):
            if row.status in OPEN:
                ledger.settle(self._vendor.books, row, self._now())
        return _shown(account)

    def _moved(self, account: ExternalAccount, status: Status) -> Response:
        now = self._now()
        self._vendor.books.move(account, status, now)
        self._vendor.books.record(f"reviewed_{status.name.lower()}", account, now, None)
        return _shown(account)

    def _account(self, request: Request) -> ExternalAccount:
        self._vendor.catch_up(self._now())
        account = self._vendor.books.accounts.get(request.path_params["id"])
        if account is None:
            raise NotFound("no such external account")
        return account

    def _now(self) -> datetime:
        return self._vendor.clock.now()


def _shown(account: ExternalAccount, status: int = 200) -> Response:
    return json_reply(encode(AccountView.of(account)), status)
