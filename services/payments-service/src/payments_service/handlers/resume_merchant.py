"""ResumeMerchant: what waited is sent. A token that was not taken is tried again; if it still is not, a pause follows."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import MerchantResumed, ResumeMerchant
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.merchant_status import MerchantState
from payments_service.handlers.merchant_standing import Situation, situations
from payments_service.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from payments_service.ports import Reads


def decide(command: ResumeMerchant, situation: Situation, now: datetime) -> Decision | Refusal:
    if situation.merchant is None:
        return UNKNOWN_MERCHANT
    status = situation.status
    if status is None or status.state is MerchantState.ACTIVE:
        return Refusal(RefusalCode.WRONG_STATE, "it is not paused", about=status)
    resumed = MerchantResumed(merchant_id=command.merchant_id, by=command.by, resumed_at=now)
    return Decision(status.resumed(), (resumed,))


def handling(merchants: Merchants) -> Handling[ResumeMerchant, Situation]:
    def load(reads: Reads, commands: Sequence[ResumeMerchant]) -> list[Situation]:
        return situations(merchants, reads, commands)

    return Handling(ResumeMerchant, load, decide)
