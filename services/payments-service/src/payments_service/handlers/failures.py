"""A vendor call that made nothing: the refusal that answers its command."""

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command
from bankrails_contracts.payments import CommandRefused
from bankrails_messaging.decisions import Outcome, Result

CODES = {
    Result.REJECTED: RefusalCode.VENDOR_REJECTED,
    Result.EXHAUSTED: RefusalCode.VENDOR_UNAVAILABLE,
    Result.UNKNOWN: RefusalCode.VENDOR_OUTCOME_UNKNOWN,
    Result.AMBIGUOUS: RefusalCode.VENDOR_OUTCOME_UNKNOWN,
}


def refused(outcome: Outcome, command: type[Command], state: str) -> CommandRefused:
    """`state` is the aggregate's after this outcome."""
    return CommandRefused(
        command_id=outcome.command_id,
        command_type=command.type,
        code=CODES[outcome.result],
        reason=outcome.reason,
        aggregate_id=outcome.key,
        state=state,
    )
