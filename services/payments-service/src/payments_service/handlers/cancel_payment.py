"""CancelPayment: taken back while it waits for its mandate."""

from datetime import datetime
from functools import partial

from bankrails_contracts.payments import CancelPayment
from bankrails_helcim.rights import MissingRight
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.undo import Ask
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.undoing import Situation, load, undo


def handling(merchants: Merchants, missing: MissingRight) -> Handling[CancelPayment, Situation]:
    def decide(command: CancelPayment, situation: Situation, now: datetime) -> Decision | Refusal:
        return undo(Ask(CancelPayment.__name__), situation, now, missing)

    return Handling(CancelPayment, partial(load, merchants), decide)
