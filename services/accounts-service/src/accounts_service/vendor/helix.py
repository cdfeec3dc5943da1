"""What every call to Helix needs, and how a no of theirs becomes an answer that a decision can read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bankrails_messaging.calls import Answer, Payload

from accounts_service.account_numbers import AccountNumbers
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.vendor.client import HelixClient
from accounts_service.vendor.errors import HelixRejected

LoadAccount = Callable[[str], Awaitable[ExternalAccount]]


@dataclass(frozen=True)
class HelixCall:
    helix: HelixClient
    load_account: LoadAccount
    numbers: AccountNumbers

    async def account(self, payload: Payload) -> ExternalAccount:
        return await self.load_account(payload["external_account_id"])


def customer_number(account: ExternalAccount) -> int:
    assert account.helix_customer_id is not None  # noqa: S101 - of every account at Helix
    return account.helix_customer_id


def which(account: ExternalAccount) -> tuple[int, int]:
    """Customer and account, as the vendor numbers them."""
    assert account.helix_external_account_id is not None  # noqa: S101 - asked of those alone that are there
    return customer_number(account), int(account.helix_external_account_id)


def told(error: HelixRejected) -> Answer:
    """A no that we can read. Raises it again where no page names its code."""
    if error.fault is None:
        raise error
    return {"fault": error.fault.value, "reason": error.reason, "attempts_left": error.attempts_left}
