"""Refused up front: a command whose vendor call the merchant's token has not the right for."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentsCommand
from bankrails_helcim.rights import MissingRight, Right
from bankrails_messaging.decisions import Decision, Handling, Refusal

C = TypeVar("C", bound=PaymentsCommand)
S = TypeVar("S")


def needs(right: Right, handling: Handling[C, S], missing: MissingRight) -> Handling[C, S]:
    def decide(command: C, situation: S, now: datetime) -> Decision | Refusal:
        reason = missing(command.merchant_id, right)
        if reason is not None:
            return Refusal(RefusalCode.NOT_PERMITTED, reason)
        return handling.decide(command, situation, now)

    return replace(handling, decide=decide)
