"""Calls that change an account at Helix. They have no key, so the account is read first: what is as wanted is done."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime

from bankrails_messaging.calls import Answer, Effect, LookFirstCall, Payload
from sqlalchemy import Connection

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.archive_external_account import ARCHIVE_AT_HELIX
from accounts_service.handlers.lock_external_account import LOCK_AT_HELIX
from accounts_service.handlers.unlock_external_account import UNLOCK_AT_HELIX
from accounts_service.handlers.update_external_account import UPDATE_AT_HELIX
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.helix import HelixCall, told, which
from accounts_service.vendor.mapping import ARCHIVED
from accounts_service.vendor.wire import HelixAccount


class _ChangeAtHelix(HelixCall, LookFirstCall):
    repeatable = True

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        account = await self.account(payload)
        there = await self.helix.get(*which(account))
        if there is None or not self.is_done(there, payload):
            return ()
        return (Effect(str(there.external_account_id), {}),)

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return set()  # it is this account's own id, and nobody else's

    async def send(self, payload: Payload) -> Answer:
        account = await self.account(payload)
        try:
            await self.change(account, payload)
        except HelixRejected as error:
            return told(error)
        return {}

    @abstractmethod
    def is_done(self, there: HelixAccount, payload: Payload) -> bool: ...

    @abstractmethod
    async def change(self, account: ExternalAccount, payload: Payload) -> None: ...


class UpdateAtHelix(_ChangeAtHelix):
    kind = UPDATE_AT_HELIX

    def is_done(self, there: HelixAccount, payload: Payload) -> bool:
        shown = {
            "nickname": there.nick_name,
            "first_name": there.first_name,
            "last_name": there.last_name,
            "company_name": there.business_name,
            **there.custom_fields,
        }
        wanted = {**payload["changes"], **payload["changes"].get("custom_fields", {})}
        return all(shown.get(name) == value for name, value in wanted.items() if name != "custom_fields")

    async def change(self, account: ExternalAccount, payload: Payload) -> None:
        await self.helix.update(*which(account), payload["changes"])


class LockAtHelix(_ChangeAtHelix):
    kind = LOCK_AT_HELIX

    def is_done(self, there: HelixAccount, payload: Payload) -> bool:
        return there.is_locked

    async def change(self, account: ExternalAccount, payload: Payload) -> None:
        await self.helix.lock(*which(account), payload["reason"])


class UnlockAtHelix(_ChangeAtHelix):
    kind = UNLOCK_AT_HELIX

    def is_done(self, there: HelixAccount, payload: Payload) -> bool:
        return not there.is_locked

    async def change(self, account: ExternalAccount, payload: Payload) -> None:
        await self.helix.unlock(*which(account))


class ArchiveAtHelix(_ChangeAtHelix):
    kind = ARCHIVE_AT_HELIX

    def is_done(self, there: HelixAccount, payload: Payload) -> bool:
        return there.status == ARCHIVED

    async def change(self, account: ExternalAccount, payload: Payload) -> None:
        await self.helix.archive(*which(account))
