"""A corrected account number on its way to accounts-service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bankrails_messaging.calls import Answer, Payload, ReadCall

from settlement_watcher.domain.change_notice import ChangeNotice
from settlement_watcher.handlers.record_notification_of_change import SEAL_CORRECTION


@dataclass(frozen=True)
class SealCorrection(ReadCall):
    """Reads a peer's public key and seals the number to it. The answer is ciphertext."""

    kind = SEAL_CORRECTION
    load_notice: Callable[[str], Awaitable[ChangeNotice]]
    decrypt: Callable[[ChangeNotice], str]
    seal: Callable[[str], Awaitable[str]]
    """To the peer's key."""

    async def send(self, payload: Payload) -> Answer:
        notice = await self.load_notice(payload["notice_id"])
        return {"account_number": await self.seal(self.decrypt(notice))}
