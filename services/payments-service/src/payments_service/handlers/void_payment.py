"""VoidPayment: taken out of the vendor's open batch."""

from datetime import datetime
from functools import partial

from bankrails_contracts.payments import VoidPayment
from bankrails_helcim.rights import MissingRight
from bankrails_messaging.decisions import Decision, Handling, Refusal

from payments_service.domain.undo import Ask
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.undoing import Situation, load, undo


def handling(merchants: Merchants, missing: MissingRight) -> Handling[VoidPayment, Situation]:
    def decide(command: VoidPayment, situation: Situation, now: datetime) -> Decision | Refusal:
        return undo(Ask(VoidPayment.__name__, or_refund=command.or_refund), situation, now, missing)

    return Handling(VoidPayment, partial(load, merchants), decide)
