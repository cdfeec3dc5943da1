"""What an operator found at the vendor, as the vendor shows it: adopted when it is what our call would have made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import CommandRefused, MoneyCall, Resolution, ResolveUnknown
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import code_after_read, refused

from payments_service.domain.mandate import Mandate
from payments_service.domain.payment import Payment
from payments_service.handlers import record_cancel, record_void
from payments_service.handlers.changing import changed
from payments_service.handlers.one_time_mandate import one_time_mandates, use
from payments_service.handlers.record_refund import submitted
from payments_service.handlers.record_withdrawal import taken
from payments_service.handlers.resolve_unknown import READ_CANDIDATE, certain, needs_operator, resolved
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    payment: Payment
    taken_by: str | None
    """Whose the vendor's transaction is already."""
    mandate: Mandate | None = None


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    payment = situation.payment
    command = ResolveUnknown.model_validate(outcome.payload["command"])
    code, reason = _why_not(outcome, situation, command)
    if reason is not None:
        return refused(
            CommandRefused, outcome, ResolveUnknown, payment, code=code, reason=reason, field="vendor_payment_id"
        )
    decision = _adopted(command, certain(payment, command.call, command.refund_id), outcome.answer, situation, now)
    told = resolved(command, payment, Resolution.FOUND)
    return replace(decision, events=(told, *decision.events), ends=(command.call.value,))


def _why_not(
    outcome: Outcome, situation: Situation, command: ResolveUnknown
) -> tuple[RefusalCode, str] | tuple[None, None]:
    payment = situation.payment
    if not needs_operator(payment, command.call, command.refund_id):
        return RefusalCode.WRONG_STATE, f"its {command.call} does not wait for a person any more"
    if outcome.result is Result.REJECTED:
        return RefusalCode.NOT_FOUND, outcome.reason
    if outcome.result is not Result.ANSWERED:
        return code_after_read(outcome.result), outcome.reason
    different = _difference(command, payment, outcome.payload, outcome.answer)
    if different is not None:
        return RefusalCode.INVALID, different
    if situation.taken_by is not None:
        return RefusalCode.INVALID, f"it is {situation.taken_by}'s already"
    return None, None


def _difference(command: ResolveUnknown, payment: Payment, payload: dict[str, Any], row: dict[str, Any]) -> str | None:
    """What tells the vendor's transaction from the one that our call would have made."""
    if row["vendor_bank_account_id"] != payload["vendor_bank_account_id"]:
        return f"it is of bank account {row['vendor_bank_account_id']} at the vendor"
    match command.call:
        case MoneyCall.WITHDRAW:
            kind, original, amount = "WITHDRAWAL", None, payment.amount_minor
        case MoneyCall.REFUND:
            refund = payment.refund(command.refund_id or "")
            amount = 0 if refund is None else refund.amount_minor
            kind, original = "REFUND", payment.vendor_payment_id
        case MoneyCall.VOID | MoneyCall.CANCEL:
            if row["id"] == payment.vendor_payment_id:
                return None if row["status_auth"] == "CANCELLED" else f"the vendor shows the debit {row['status_auth']}"
            if command.call is MoneyCall.CANCEL:
                return "a cancellation makes no transaction: only the debit itself can show it"
            kind, original, amount = "REVERSE", payment.vendor_payment_id, payment.amount_minor
    if row["type"] != kind:
        return f"it is a {row['type']}, not a {kind}"
    if original is not None and row["original_id"] != original:
        return f"it undoes {row['original_id']}, not {original}"
    if row["amount_minor"] != amount:
        return f"its amount is {row['amount_minor']} minor units, not {amount}"
    return None


def _adopted(
    command: ResolveUnknown, payment: Payment, row: dict[str, Any], situation: Situation, now: datetime
) -> Decision:
    match command.call:
        case MoneyCall.WITHDRAW:
            answer = {"vendor_payment_id": row["id"], **{k: row[k] for k in ("status_auth", "response_message")}}
            after, *events = taken(payment, answer, now)
            return changed(after, *events, also=use(after, situation.mandate, now))
        case MoneyCall.REFUND:
            refund = payment.refund(command.refund_id or "")
            assert refund is not None  # noqa: S101 - compared just before
            after, said, claim = submitted(payment, refund, row["id"], now)
            return Decision(after, said, also=claim)
        case MoneyCall.VOID:
            own = row["id"] == payment.vendor_payment_id
            return record_void.undone(payment.with_undo(None), {"vendor_void_id": None if own else row["id"]})
        case MoneyCall.CANCEL:
            return record_cancel.undone(payment.with_undo(None), {})


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    mandates = one_time_mandates(reads, list(payments.values()))
    owners = reads.owners_of([(o.payload["merchant_id"], o.payload["vendor_payment_id"]) for o in outcomes])
    situations = []
    for outcome, owner in zip(outcomes, owners, strict=True):
        payment = payments[outcome.key]
        own = outcome.payload["vendor_payment_id"] == payment.vendor_payment_id
        mandate = mandates.get(payment.one_time_mandate_id or "")
        situations.append(Situation(payment, None if own else owner, mandate))
    return situations


ANSWERING = Answering(READ_CANDIDATE, ResolveUnknown, load, decide)
