"""What a return's code asks for: the account is disabled, or the mandate that permitted the debit is revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from bankrails_contracts.payments import MandateAction
from bankrails_contracts.settlement import AccountAction, ReturnActionRequired
from bankrails_messaging.decisions import Decision, Handling

from payments_service.domain.bank_account import BankAccountState, Cause
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.payment import Payment
from payments_service.handlers.consequences import Consequences
from payments_service.handlers.standing_of_accounts import Surroundings, disable, revoke, surroundings
from payments_service.handlers.update_mandate import update
from payments_service.ports import Reads

DISABLES = {
    AccountAction.DISABLE: Cause.RETURN,
    AccountAction.DISABLE_UNTIL_CORRECTED: Cause.RETURN,
    AccountAction.PAUSE: Cause.PAUSE,
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Situation:
    payment: Payment | None
    around: Surroundings | None


def decide(event: ReturnActionRequired, situation: Situation, now: datetime) -> Decision:
    payment, around = situation.payment, situation.around
    if payment is None or around is None:
        return Decision()
    if (payment.merchant_id, _returned(event, payment)) != (event.merchant_id, event.vendor_payment_id):
        log.warning("payment.fact_of_another_debit", payment_id=payment.id, vendor_payment_id=event.vendor_payment_id)
        return Decision()
    into = Consequences()
    cause = next((cause for action, cause in DISABLES.items() if action == event.action), None)
    if cause is not None:
        disable(into, around, cause, event.reason, now, event.code)
    elif event.action == AccountAction.REVOKE_MANDATE:
        for mandate in _permitted_it(around, payment):
            revoke(into, mandate, around, at=now, by=f"return {event.code}", reason=event.code)
            if around.account.state is BankAccountState.REGISTERED:
                ending = update(mandate, around.account, MandateAction.REVOKE, reason=event.code, commanded=False)
                into.change(into.latest(mandate), work=(ending,))
    return into.decision()


def _permitted_it(around: Surroundings, payment: Payment) -> list[Mandate]:
    """The debit's own mandate where it is known, else the one that is in force."""
    named = [each for each in around.mandates if each.id == payment.mandate_id]
    held = (MandateState.REQUESTED, MandateState.ACCEPTED) if named else (MandateState.ACCEPTED,)
    return [each for each in named or around.mandates if each.state in held]


def _payment_id(event: ReturnActionRequired) -> str:
    return event.payment_id if event.refund_of is None else event.refund_of


def _returned(event: ReturnActionRequired, payment: Payment) -> str | None:
    """The vendor's id of our transaction that the event is about: the debit, or one of its refunds."""
    if event.refund_of is None:
        return payment.vendor_payment_id
    refund = payment.refund(event.payment_id)
    return None if refund is None else refund.vendor_refund_id


def load(reads: Reads, events: Sequence[ReturnActionRequired]) -> list[Situation]:
    payments = reads.payments([_payment_id(event) for event in events])
    around = surroundings(reads, [payment.bank_account_id for payment in payments.values()])
    situations = []
    for event in events:
        payment = payments.get(_payment_id(event))
        situations.append(Situation(payment, None if payment is None else around.get(payment.bank_account_id)))
    return situations


HANDLING = Handling(ReturnActionRequired, load, decide)
