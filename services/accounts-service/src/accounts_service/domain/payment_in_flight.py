"""A payment, or a refund, of an external account: on its way, or at its end.

Kept for ever once it ended, since what began it may be heard later than what ended it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentInFlight:
    id: str
    """The payment's; of a refund, `refund:` and its own."""
    external_account_id: str
    ended: bool = False
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def state(self) -> str:
        return "ENDED" if self.ended else "IN_FLIGHT"
