"""A payer's mandates are looked at because of a payment: before one that waits for its day, and when the vendor keeps one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from bankrails_contracts.payments import CollectPayment, PaymentState, StopPayment
from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome, Refusal

from payments_service.domain.bank_account import BankAccount, BankAccountState
from payments_service.domain.mandate import Mandate, why_not
from payments_service.domain.payer_watch import PayerWatch
from payments_service.domain.payment import Payment
from payments_service.handlers.look_at_mandates import begin_round, look_before
from payments_service.ports import Reads

S = TypeVar("S")


def before_its_day(collecting: Handling[CollectPayment, S]) -> Handling[CollectPayment, S]:
    """What goes out at once is told by the vendor itself: without a mandate it is kept back."""

    def decide(command: CollectPayment, situation: S, now: datetime) -> Decision | Refusal:
        verdict = collecting.decide(command, situation, now)
        if isinstance(verdict, Refusal):
            return verdict
        looks = tuple(
            look_before(command.merchant_id, command.payer_id, work.payload["vendor_customer_id"], work.due_at, now)
            for work in verdict.work
            if work.due_at is not None and work.due_at > now
        )
        return replace(verdict, work=(*verdict.work, *looks))

    return replace(collecting, decide=decide)


@dataclass(frozen=True)
class Watched(Generic[S]):
    inner: S
    watch: PayerWatch | None
    permitted: bool = True
    """Whether a debit of its account may still go out."""


def when_kept_back(answering: Answering[S]) -> Answering[Watched[S]]:
    """A debit that waits for its mandate: either it is asked for and not accepted, or we have not heard of its end."""

    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Watched[S]]:
        situations = answering.load(reads, outcomes)
        found = reads.payments([outcome.key for outcome in outcomes])
        payments = [found[outcome.key] for outcome in outcomes]
        watches = reads.payer_watches([payment.payer_id for payment in payments])
        accounts = reads.bank_accounts([payment.bank_account_id for payment in payments])
        mandates = reads.mandates_of([payment.bank_account_id for payment in payments])
        return [
            Watched(
                inner,
                watches.get(payment.payer_id),
                _permitted(payment, accounts.get(payment.bank_account_id), mandates.get(payment.bank_account_id, ())),
            )
            for inner, payment in zip(situations, payments, strict=True)
        ]

    def decide(outcome: Outcome, situation: Watched[S], now: datetime) -> Decision:
        decision = answering.decide(outcome, situation.inner, now)
        payment: Any = decision.aggregate
        if not isinstance(payment, Payment) or payment.state is not PaymentState.AWAITING_MANDATE:
            return decision
        customer = outcome.payload["vendor_customer_id"]
        watch, look = begin_round(situation.watch, payment.merchant_id, payment.payer_id, customer, now)
        decision = replace(decision, also=(*decision.also, Decision(watch, work=(look,))))
        if situation.permitted:
            return decision
        # It was in flight, or unknown, when what waits was stopped. It must not go out at the payer's next acceptance.
        stop = StopPayment(merchant_id=payment.merchant_id, payment_id=payment.id, or_refund=False)
        return replace(decision, commands=(*decision.commands, stop))

    return Answering(answering.kind, answering.command, load, decide)


def _permitted(payment: Payment, account: BankAccount | None, mandates: Sequence[Mandate]) -> bool:
    if account is None or account.state is not BankAccountState.REGISTERED or account.why_not_debitable is not None:
        return False
    return why_not(mandates, payment.id, payment.re_presents) is None
