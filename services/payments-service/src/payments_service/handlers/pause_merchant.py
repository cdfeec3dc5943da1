"""PauseMerchant: nothing more that moves this merchant's money is sent; what is due waits, and nothing is lost.

Voids and cancellations keep money from moving, so they go out.
"""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PauseMerchant
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.merchant_status import MerchantStatus
from payments_service.handlers.merchant_standing import Situation, by_command, situations
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from payments_service.ports import Reads


def decide(command: PauseMerchant, situation: Situation, now: datetime) -> Decision | Refusal:
    if situation.merchant is None:
        return UNKNOWN_MERCHANT
    status = situation.status or MerchantStatus(command.merchant_id)
    if status.paused_by_command:
        return Refusal(RefusalCode.WRONG_STATE, f"paused already, by {status.paused_by}", about=status)
    paused = status.paused(by=command.by, reason=command.reason, at=now)
    return Decision(paused, (by_command(paused),))


def handling(merchants: Merchants) -> Handling[PauseMerchant, Situation]:
    def load(reads: Reads, commands: Sequence[PauseMerchant]) -> list[Situation]:
        return situations(merchants, reads, commands)

    return Handling(PauseMerchant, load, decide)
