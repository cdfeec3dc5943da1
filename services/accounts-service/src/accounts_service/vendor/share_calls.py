"""Reads a peer's public key and seals a number to it. The answer is ciphertext."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bankrails_messaging.calls import Answer, Payload, ReadCall

from accounts_service.account_numbers import AccountNumbers
from accounts_service.handlers.correcting import SHARE_CORRECTION
from accounts_service.handlers.verified import SHARE_ACCOUNT
from accounts_service.vendor.helix import LoadAccount

Seal = Callable[[str], Awaitable[str]]
"""To the peer's key."""


@dataclass(frozen=True)
class _Share(ReadCall):
    load_account: LoadAccount
    numbers: AccountNumbers
    seal: Seal

    async def send(self, payload: Payload) -> Answer:
        account = await self.load_account(payload["external_account_id"])
        sealed = await self.seal(self.numbers.decrypt(account))
        return {"account_number": sealed, "of": account.account_number_encrypted}


class ShareAccount(_Share):
    kind = SHARE_ACCOUNT


class ShareCorrection(_Share):
    kind = SHARE_CORRECTION
