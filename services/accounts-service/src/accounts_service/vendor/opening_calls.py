"""Calls that make an account at Helix. Our tag is the key: unique in the vendor's program, so a repeat is told that it is
taken, and what is there is adopted when it is ours.
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from bankrails_contracts.accounts import ExternalAccountType
from bankrails_contracts.parts import HolderType
from bankrails_messaging.calls import Answer, NaturalKeyCall, Payload
from bankrails_vendor_http.errors import VendorError, VendorRejected, VendorUnavailable

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.vendor_fault import Fault
from accounts_service.handlers.initiate_external_account import INITIATE_AT_HELIX
from accounts_service.handlers.link_external_account import CREATE_AT_HELIX
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.helix import HelixCall, customer_number, told
from accounts_service.vendor.mapping import NAME_CHARACTERS_MAX, TYPES, UNVERIFIED, VERIFIED, masked
from accounts_service.vendor.new_account import NewHelixAccount
from accounts_service.vendor.wire import HelixAccount


class _OpenAtHelix(HelixCall, NaturalKeyCall):
    adoptable: ClassVar[tuple[str, ...]]
    """In which states one that is there already may be taken for this one."""

    async def send(self, payload: Payload) -> Answer:
        account = await self.account(payload)
        new = _new(account, self.numbers.decrypt(account))
        try:
            made = await self._make(new)
        except HelixRejected as error:
            # Whatever the no says: an earlier attempt that got no answer may have made it, and have used the last place.
            there = await self.helix.get_by_tag(new.customer_id, new.tag)
            if there is not None:
                return self._adopted(there, new, error)
            if error.fault is Fault.TAG_TAKEN:
                raise VendorUnavailable(self.kind, "the tag is taken, and its account is not shown") from error
            return told(error)
        return {"helix_external_account_id": str(made), "adopted": False, **await self._shown(new, made)}

    @property
    def _make(self) -> Callable[[NewHelixAccount], Awaitable[int]]:
        raise NotImplementedError

    async def _shown(self, new: NewHelixAccount, made: int) -> Answer:
        return {}

    def _adopted(self, there: HelixAccount, new: NewHelixAccount, error: HelixRejected) -> Answer:
        """Raises VendorRejected when what carries our tag is another account, or may not be used."""
        if (there.customer_id, there.account_number_masked, there.routing_number) != (
            new.customer_id,
            masked(new.account_number),
            new.routing_number,
        ):
            raise VendorRejected(error.operation, "our tag is on another account") from error
        if there.status not in self.adoptable or there.is_locked:
            state = "locked" if there.is_locked else there.status
            raise VendorRejected(error.operation, f"it is there already, and {state}") from error
        return {"helix_external_account_id": str(there.external_account_id), "adopted": True, **deposits(there)}


class CreateAtHelix(_OpenAtHelix):
    kind = CREATE_AT_HELIX
    adoptable = (VERIFIED,)

    @property
    def _make(self) -> Callable[[NewHelixAccount], Awaitable[int]]:
        return self.helix.create


class InitiateAtHelix(_OpenAtHelix):
    kind = INITIATE_AT_HELIX
    adoptable = (UNVERIFIED,)

    @property
    def _make(self) -> Callable[[NewHelixAccount], Awaitable[int]]:
        return self.helix.initiate

    async def _shown(self, new: NewHelixAccount, made: int) -> Answer:
        """Until when the amounts can be named; the account is made, whether or not this can be read."""
        try:
            there = await self.helix.get(new.customer_id, made)
        except VendorError:
            return {}
        return {} if there is None else deposits(there)


def deposits(there: HelixAccount) -> Answer:
    sent_at, until = there.last_verify_sent_date, there.last_verify_expired_date
    return {
        "sent_at": None if sent_at is None else sent_at.isoformat(),
        "expires_at": None if until is None else until.isoformat(),
    }


def _new(account: ExternalAccount, number: str) -> NewHelixAccount:
    assert account.routing_number is not None  # noqa: S101 - the rules demand it of a US account
    assert account.tag is not None  # noqa: S101 - of every account at Helix
    personal = account.holder_type == HolderType.PERSONAL
    return NewHelixAccount(
        customer_id=customer_number(account),
        account_number=number,
        routing_number=account.routing_number,
        type=TYPES[ExternalAccountType(account.account_type), HolderType(account.holder_type)],
        tag=account.tag,
        first_name=account.first_name if personal else None,
        last_name=account.last_name if personal else None,
        business_name=None if personal else account.company_name,
        name=None if account.bank_name is None else account.bank_name[:NAME_CHARACTERS_MAX],
        nickname=account.nickname,
        custom_fields=account.custom_fields,
    )
