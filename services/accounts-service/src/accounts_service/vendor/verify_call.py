"""The two amounts of the trial deposits, given to Helix."""

from bankrails_messaging.calls import Answer, NeverRepeatCall, Payload

from accounts_service.handlers.verify_trial_deposits import VERIFY_AT_HELIX
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.helix import HelixCall, told, which


class VerifyAtHelix(HelixCall, NeverRepeatCall):
    """A repeat burns one of few attempts."""

    kind = VERIFY_AT_HELIX

    async def send(self, payload: Payload) -> Answer:
        account = await self.account(payload)
        try:
            await self.helix.verify(*which(account), payload["amounts_minor"])
        except HelixRejected as error:
            return told(error)
        return {}
