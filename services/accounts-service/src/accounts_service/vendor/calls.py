"""Each call with its class: what a crash or a time-out means for it (bankrails_messaging.calls)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bankrails_contracts.parts import AccountType, HolderType
from bankrails_messaging.calls import Answer, NaturalKeyCall, Payload, ReadCall
from bankrails_vendor_http.errors import VendorRejected, VendorUnavailable

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.link_external_account import CREATE_AT_HELIX
from accounts_service.handlers.verified import SHARE_ACCOUNT
from accounts_service.vendor.client import HelixClient, NewHelixAccount
from accounts_service.vendor.errors import Fault, HelixRejected
from accounts_service.vendor.mapping import NAME_CHARACTERS_MAX, TYPES, VERIFIED, tag
from accounts_service.vendor.wire import HelixAccount

LoadAccount = Callable[[str], Awaitable[ExternalAccount]]
Decrypt = Callable[[ExternalAccount], str]
Seal = Callable[[str], Awaitable[str]]
"""To the peer's key."""


@dataclass(frozen=True)
class CreateAtHelix(NaturalKeyCall):
    """Our tag is the key: unique in the vendor's program, so a repeat is told that it is taken."""

    kind = CREATE_AT_HELIX
    helix: HelixClient
    load_account: LoadAccount
    decrypt: Decrypt

    async def send(self, payload: Payload) -> Answer:
        account = await self.load_account(payload["external_account_id"])
        new = _new(account, self.decrypt(account))
        try:
            return _made(await self.helix.create(new), adopted=False)
        except HelixRejected as error:
            # Whatever the no says: an earlier attempt that got no answer may have made it, and have used the last place.
            there = await self.helix.get_by_tag(new.customer_id, new.tag)
            if there is not None:
                return _adopted(there, new, error)
            if Fault.TAG_TAKEN in error.faults:
                raise VendorUnavailable(self.kind, "the tag is taken, and its account is not shown") from error
            if Fault.LIMIT_REACHED in error.faults:
                return {"limit_reached": error.reason}
            raise


def _new(account: ExternalAccount, number: str) -> NewHelixAccount:
    assert account.helix_customer_id is not None  # noqa: S101 - the rules demand both of a US account
    assert account.routing_number is not None  # noqa: S101 - as above
    personal = account.holder_type == HolderType.PERSONAL
    return NewHelixAccount(
        customer_id=account.helix_customer_id,
        account_number=number,
        routing_number=account.routing_number,
        type=TYPES[AccountType(account.account_type), HolderType(account.holder_type)],
        tag=tag(account.id),
        first_name=account.first_name if personal else None,
        last_name=account.last_name if personal else None,
        business_name=None if personal else account.company_name,
        name=None if account.bank_name is None else account.bank_name[:NAME_CHARACTERS_MAX],
    )


def _adopted(there: HelixAccount, new: NewHelixAccount, error: HelixRejected) -> Answer:
    """Raises VendorRejected when what carries our tag is another account, or may not be used."""
    if (there.customer_id, there.account_number_masked, there.routing_number) != (
        new.customer_id,
        f"******{new.account_number[-4:]}",
        new.routing_number,
    ):
        raise VendorRejected(error.operation, "our tag is on another account") from error
    if there.status != VERIFIED or there.is_locked:
        state = "locked" if there.is_locked else there.status
        raise VendorRejected(error.operation, f"it is there already, and {state}") from error
    return _made(there.external_account_id, adopted=True)


def _made(helix_external_account_id: int, *, adopted: bool) -> Answer:
    return {"helix_external_account_id": str(helix_external_account_id), "adopted": adopted}


@dataclass(frozen=True)
class ShareAccount(ReadCall):
    """Reads a peer's public key and seals the number to it. The answer is ciphertext."""

    kind = SHARE_ACCOUNT
    load_account: LoadAccount
    decrypt: Decrypt
    seal: Seal

    async def send(self, payload: Payload) -> Answer:
        account = await self.load_account(payload["external_account_id"])
        return {"account_number": await self.seal(self.decrypt(account))}
