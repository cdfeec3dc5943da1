"""What a 401 or a 403 means for the rest of a merchant's calls, and when that is over.

401: the vendor does not take the token. Nothing more of that merchant's is sent but the test of its tokens, which goes
out at once and then every few minutes; what is due waits, and no attempt is spent on it. 403: a right is missing, which
is learned, and concerns the calls that need it alone.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from bankrails_clock.port import Clock
from bankrails_messaging.holds import Hold, Holds
from bankrails_vendor_http.errors import NotPermitted, TokenRejected, VendorError

from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.endpoints import CONNECTION_TEST, Endpoint
from bankrails_helcim.rights import RIGHT_OF, Denial, Rights

TESTS_APART = timedelta(minutes=5)
"""After a test that ended a hold. A vendor that answers 401 all the same is not asked in a circle."""

log = structlog.get_logger()


class TokenWatch:
    def __init__(self, rights: Rights, keep: Callable[[Denial], Awaitable[None]], holds: Holds, clock: Clock) -> None:
        """`keep` makes a denial durable."""
        self._rights = rights
        self._keep = keep
        self._holds = holds
        self._clock = clock
        self._good_again_at: dict[str, datetime] = {}
        """When a test ended the merchant's last hold."""

    async def access_refused(self, access: MerchantAccess, endpoint: Endpoint, error: VendorError) -> None:
        """calls.OnAccessRefused."""
        if not self._rights.in_use(access.merchant_id, access.token):
            log.info("token.rotated_meanwhile", merchant_id=access.merchant_id, last4=access.token[-4:])
            return
        if isinstance(error, TokenRejected) and endpoint is not CONNECTION_TEST:
            self.rejected(access)
        elif isinstance(error, NotPermitted) and (right := RIGHT_OF.get(endpoint)) is not None:
            denial = self._rights.denied(access.merchant_id, right)
            if denial is not None:
                log.error(
                    "token.right_missing", merchant_id=access.merchant_id, right=right.value, last4=access.token[-4:]
                )
                await self._keep(denial)

    def rejected(self, access: MerchantAccess) -> None:
        budget = helcim_budget(access.merchant_id)
        if not self._holds.hold(budget, Hold.TOKEN_REJECTED):
            return
        log.error("token.rejected", merchant_id=access.merchant_id, last4=access.token[-4:])
        good_at = self._good_again_at.get(access.merchant_id)
        now = self._clock.now()
        self._holds.test(budget, now if good_at is None else max(now, good_at + TESTS_APART))

    def tested(self, merchant_id: str, *, rejected: bool) -> None:
        """What a test of all the merchant's tokens found."""
        budget = helcim_budget(merchant_id)
        if rejected:
            if self._holds.hold(budget, Hold.TOKEN_REJECTED):
                log.error("token.rejected", merchant_id=merchant_id)
            return
        if self._holds.release(budget, Hold.TOKEN_REJECTED):
            self._good_again_at[merchant_id] = self._clock.now()
            log.info("token.taken_again", merchant_id=merchant_id)

    def rotated(self, merchant_id: str) -> None:
        """Other tokens: what was found of the old ones says nothing of them."""
        self._good_again_at.pop(merchant_id, None)
        self._holds.test(helcim_budget(merchant_id), self._clock.now())
