"""StopPayment: undone by whatever is possible now."""

from datetime import datetime
from functools import partial

from bankrails_contracts.payments import StopPayment
from bankrails_helcim.rights import MissingRight
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.undo import Ask
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.undoing import Situation, load, undo


def handling(merchants: Merchants, missing: MissingRight) -> Handling[StopPayment, Situation]:
    def decide(command: StopPayment, situation: Situation, now: datetime) -> Decision | Refusal:
        return undo(
            Ask(StopPayment.__name__, or_refund=command.or_refund, insist=command.insist), situation, now, missing
        )

    return Handling(StopPayment, partial(load, merchants), decide)
