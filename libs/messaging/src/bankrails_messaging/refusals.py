"""A vendor call that did not do what a command asked for: the refusal that answers the command."""

from bankrails_contracts.answers import CommandRefused, RefusalCode
from bankrails_contracts.message import Command

from bankrails_messaging.decisions import Decision, Outcome, Result, Snapshot

AFTER_WRITE = {
    Result.REJECTED: RefusalCode.VENDOR_REJECTED,
    Result.EXHAUSTED: RefusalCode.VENDOR_UNAVAILABLE,
    Result.UNKNOWN: RefusalCode.VENDOR_OUTCOME_UNKNOWN,
    Result.AMBIGUOUS: RefusalCode.VENDOR_OUTCOME_UNKNOWN,
}
"""WITHDRAWN is not among them: whoever has a recheck says what its no means."""


def code_after_read(result: Result) -> RefusalCode:
    """A read has no effect, so whatever is not a no of the vendor's is its silence."""
    return RefusalCode.VENDOR_REJECTED if result is Result.REJECTED else RefusalCode.VENDOR_UNAVAILABLE


def _code(outcome: Outcome, code: RefusalCode | None) -> RefusalCode:
    if outcome.not_permitted:
        return RefusalCode.NOT_PERMITTED
    return AFTER_WRITE[outcome.result] if code is None else code


def refused(
    event: type[CommandRefused],
    outcome: Outcome,
    command: type[Command],
    aggregate: Snapshot,
    *,
    code: RefusalCode | None = None,
    reason: str | None = None,
    field: str | None = None,
) -> Decision:
    """`event`: the service's own; `aggregate` as it is after this outcome. Without a `code` the call was a write."""
    refusal = event(
        command_id=outcome.command_id,
        command_type=command.type,
        code=_code(outcome, code),
        reason=outcome.reason if reason is None else reason,
        field=field,
        aggregate_id=aggregate.id,
        state=aggregate.state,
    )
    return Decision(aggregate, (refusal,))
