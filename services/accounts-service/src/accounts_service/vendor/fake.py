"""Helix in memory, honest: its rules for external accounts, and its error codes. For tests that need many accounts and
months in milliseconds; the sandbox over HTTP is the other one, and the same tests hold both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bankrails_vendor_http.json_api import Endpoint
from pydantic import SecretStr

from accounts_service.domain.program import Program
from accounts_service.domain.trial_deposits import WINDOW
from accounts_service.vendor import endpoints
from accounts_service.vendor.client import HelixClient
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.mapping import ARCHIVED, TAKES_A_PLACE, UNVERIFIED, VERIFIED, masked
from accounts_service.vendor.new_account import NewHelixAccount, their_changes
from accounts_service.vendor.wire import HelixAccount, HelixProgram, Problem

AMOUNTS_MINOR = (18, 28)
ATTEMPTS_MAX = 3
ARCHIVES_PER_DAY = 3
SETTLED_WITHIN = timedelta(days=90)


@dataclass
class Held:
    id: int
    customer_id: int
    number: str = field(repr=False)
    fields: dict[str, Any]
    """By their names."""
    status: str
    status_at: datetime
    modified_at: datetime
    locked_by_admin: bool = False
    attempts_left: int = ATTEMPTS_MAX
    expires_at: datetime | None = None
    sent_at: datetime | None = None
    archived_at: datetime | None = None
    settled_at: datetime | None = None
    """When money last moved, by the vendor's own transactions."""
    pending: bool = False


class FakeHelix(HelixClient):
    def __init__(self, now: Callable[[], datetime], program: Program | None = None) -> None:
        self._now = now
        self.program = program or Program(external_accounts_max=3, verification_type="Any", time_zone="America/Chicago")
        self.accounts: dict[int, Held] = {}
        self.calls: list[str] = []
        """Operations asked for, in order."""
        self.shows_numbers = True

    def by_tag(self, tag: str) -> Held | None:
        return next((held for held in self.accounts.values() if held.fields.get("tag") == tag), None)

    def of(self, customer_id: int) -> list[Held]:
        """As they are by now: the window of some is over."""
        found = [held for held in self.accounts.values() if held.customer_id == customer_id]
        for held in found:
            if held.status == UNVERIFIED and held.expires_at is not None and self._now() >= held.expires_at:
                self.becomes(held.id, "Expired")
        return found

    def counted(self, customer_id: int) -> int:
        return sum(self._counts(held) for held in self.of(customer_id))

    # What the vendor's people and the banks do

    def made_by_a_person(self, account: NewHelixAccount, status: str = VERIFIED) -> int:
        return self._make(account, status)

    def becomes(self, id: int, status: str) -> None:
        held = self.accounts[id]
        held.status, held.status_at, held.modified_at = status, self._now(), self._now()
        if status == UNVERIFIED:
            self._send_deposits(held)

    def lock_as_admin(self, id: int, reason: str) -> None:
        self._lock(self.accounts[id], reason)
        self.accounts[id].locked_by_admin = True

    def unlock_as_admin(self, id: int) -> None:
        self._unlock(self.accounts[id])

    def notice_of_change(self, id: int, code: str, number: str | None = None, **fields: str) -> None:
        held = self.accounts[id]
        held.number = number or held.number
        held.fields |= {**fields, "nocCode": code}
        held.modified_at = self._now()

    # The client's side

    async def create(self, account: NewHelixAccount) -> int:
        self._opening(endpoints.CREATE, account, tag=62003, limit=62001)
        return self._make(account, VERIFIED)

    async def initiate(self, account: NewHelixAccount) -> int:
        self._opening(endpoints.INITIATE, account, tag=62008, limit=62609)
        return self._make(account, UNVERIFIED)

    async def verify(self, customer_id: int, external_account_id: int, amounts_minor: Sequence[int]) -> None:
        held = self._mine(endpoints.VERIFY, customer_id, external_account_id, 62201)
        if held.fields.get("isLocked"):
            raise self._no(endpoints.VERIFY, 62515)
        code = {"VerifyLocked": 62202, "Denied": 62203, VERIFIED: 62204, ARCHIVED: 62204, "Expired": 62205}
        if held.status in code:
            raise self._no(endpoints.VERIFY, code[held.status])
        if sorted(amounts_minor) == sorted(AMOUNTS_MINOR):
            self.becomes(held.id, VERIFIED)
            return
        held.attempts_left -= 1
        if held.attempts_left:
            raise self._no(endpoints.VERIFY, 62207, f"Attempts left: {held.attempts_left}.")
        self.becomes(held.id, "VerifyLocked")
        raise self._no(endpoints.VERIFY, 62206)

    async def update(self, customer_id: int, external_account_id: int, changes: Mapping[str, Any]) -> None:
        held = self._mine(endpoints.UPDATE, customer_id, external_account_id, 62402)
        if held.fields.get("isLocked"):
            raise self._no(endpoints.UPDATE, 62514)
        theirs = their_changes(changes)
        others = [other.fields.get("nickName") for other in self.of(customer_id) if other.id != held.id]
        if theirs.get("nickName") in [name for name in others if name is not None]:
            raise self._no(endpoints.UPDATE, 62401)
        held.fields |= theirs
        held.modified_at = self._now()

    async def archive(self, customer_id: int, external_account_id: int) -> None:
        held = self._mine(endpoints.ARCHIVE, customer_id, external_account_id, 62501)
        if held.status != VERIFIED:
            raise self._no(endpoints.ARCHIVE, 62506)
        if held.pending:
            raise self._no(endpoints.ARCHIVE, 62505)
        day = self.program.archive_day(self._now())
        today = [
            each
            for each in self.of(customer_id)
            if each.archived_at and self.program.archive_day(each.archived_at) == day
        ]
        if len(today) >= ARCHIVES_PER_DAY:
            raise self._no(endpoints.ARCHIVE, 62004)
        self.becomes(held.id, ARCHIVED)
        held.archived_at = self._now()

    async def lock(self, customer_id: int, external_account_id: int, reason: str) -> None:
        held = self._mine(endpoints.LOCK, customer_id, external_account_id, 62501)
        if held.status != VERIFIED:
            raise self._no(endpoints.LOCK, 62510)
        if held.fields.get("isLocked"):
            raise self._no(endpoints.LOCK, 62509)
        self._lock(held, reason)

    async def unlock(self, customer_id: int, external_account_id: int) -> None:
        held = self._mine(endpoints.UNLOCK, customer_id, external_account_id, 62501)
        if held.status != VERIFIED:
            raise self._no(endpoints.UNLOCK, 62512)
        if not held.fields.get("isLocked"):
            raise self._no(endpoints.UNLOCK, 62511)
        if held.locked_by_admin:
            raise self._no(endpoints.UNLOCK, 62513)
        self._unlock(held)

    async def get(self, customer_id: int, external_account_id: int) -> HelixAccount | None:
        self.calls.append(endpoints.GET.operation)
        held = self._one_of(customer_id, external_account_id)
        return None if held is None else self._row(held)

    async def get_by_tag(self, customer_id: int, tag: str) -> HelixAccount | None:
        self.calls.append(endpoints.GET_BY_TAG.operation)
        held = self.by_tag(tag)
        return self._row(held) if held is not None and held.customer_id == customer_id else None

    async def list_accounts(self, customer_id: int) -> list[HelixAccount]:
        self.calls.append(endpoints.LIST.operation)
        return [self._row(held) for held in self.of(customer_id)]

    async def get_program(self) -> HelixProgram:
        self.calls.append(endpoints.GET_PROGRAM.operation)
        return HelixProgram.model_validate(
            {
                "perUserExternalAccountCountMax": self.program.external_accounts_max,
                "verificationType": self.program.verification_type,
                "timeZone": self.program.time_zone,
            }
        )

    # Rules

    def _opening(self, endpoint: Endpoint, account: NewHelixAccount, *, tag: int, limit: int) -> None:
        self.calls.append(endpoint.operation)
        codes = []
        if self.by_tag(account.tag) is not None:
            codes.append(tag)
        most = self.program.external_accounts_max
        if most is not None and self.counted(account.customer_id) >= most:
            codes.append(limit)
        if codes:
            raise HelixRejected(endpoint, [Problem(code=code, message="No.") for code in codes], status=400)

    def _make(self, account: NewHelixAccount, status: str) -> int:
        id, now = 4001 + len(self.accounts), self._now()
        fields = {**account.body(), "isLocked": False}
        held = Held(id, account.customer_id, fields.pop("accountNumber"), fields, status, now, now)
        if status == UNVERIFIED:
            self._send_deposits(held)
        self.accounts[id] = held
        return id

    def _send_deposits(self, held: Held) -> None:
        held.attempts_left, held.sent_at = ATTEMPTS_MAX, self._now()
        held.expires_at = held.sent_at + WINDOW

    def _counts(self, held: Held) -> bool:
        if held.status in TAKES_A_PLACE:
            return True
        if held.status != ARCHIVED or held.settled_at is None:
            return False
        return self.program.date_of(self._now()) - self.program.date_of(held.settled_at) <= SETTLED_WITHIN

    def _one_of(self, customer_id: int, external_account_id: int) -> Held | None:
        return next((held for held in self.of(customer_id) if held.id == external_account_id), None)

    def _mine(self, endpoint: Endpoint, customer_id: int, external_account_id: int, unknown: int) -> Held:
        self.calls.append(endpoint.operation)
        held = self._one_of(customer_id, external_account_id)
        if held is None:
            raise self._no(endpoint, unknown)
        return held

    def _lock(self, held: Held, reason: str) -> None:
        held.fields |= {"isLocked": True, "lockedReason": reason, "lockedDate": self._now()}
        held.modified_at = self._now()

    def _unlock(self, held: Held) -> None:
        held.fields |= {"isLocked": False, "lockedReason": None}
        held.locked_by_admin, held.modified_at = False, self._now()

    def _no(self, endpoint: Endpoint, code: int, message: str = "No.") -> HelixRejected:
        return HelixRejected(endpoint, [Problem(code=code, message=message)], status=400)

    def _row(self, held: Held) -> HelixAccount:
        shown = {
            **held.fields,
            "externalAccountId": held.id,
            "customerId": held.customer_id,
            "accountNumber": SecretStr(held.number) if self.shows_numbers else None,
            "accountNumberMasked": masked(held.number),
            "status": held.status,
            "statusDate": held.status_at,
            "lastModifiedDate": held.modified_at,
            "lastVerifySentDate": held.sent_at,
            "lastVerifyExpiredDate": held.expires_at,
        }
        return HelixAccount.model_validate(shown)
