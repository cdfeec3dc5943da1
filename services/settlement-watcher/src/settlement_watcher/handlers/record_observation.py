"""The answer to a look at one payment, which a command asked for."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command
from bankrails_contracts.settlement import CommandRefused, RecheckPayment, WatchPayment
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import code_after_read, refused

from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from settlement_watcher.handlers.observed import observed
from settlement_watcher.handlers.recheck_payment import RECHECK
from settlement_watcher.handlers.watch_payment import FIRST_LOOK
from settlement_watcher.ports import Reads

AMOUNT_DIFFERS = "the vendor shows another amount under this id"


def answerings(merchants: Merchants) -> list[Answering[WatchedPayment]]:
    def first_look(outcome: Outcome, payment: WatchedPayment, now: datetime) -> Decision:
        if merchants.get(payment.merchant_id) is None:
            return _no_merchant(outcome, WatchPayment, payment)
        if outcome.result is not Result.ANSWERED:
            return _not_seen(outcome, WatchPayment, learned(payment, refused=True))
        seen = Observation.from_json(outcome.answer)
        if (seen.amount_minor, seen.currency) != (payment.amount_minor, payment.currency):
            ended = learned(payment, refused=True)
            code = RefusalCode.CONFLICT
            return refused(
                CommandRefused, outcome, WatchPayment, ended, code=code, reason=AMOUNT_DIFFERS, field="amount"
            )
        return _told(outcome, payment, seen)

    def recheck(outcome: Outcome, payment: WatchedPayment, now: datetime) -> Decision:
        if merchants.get(payment.merchant_id) is None:
            return _no_merchant(outcome, RecheckPayment, payment)
        if outcome.result is not Result.ANSWERED:
            return _not_seen(outcome, RecheckPayment, payment)
        return _told(outcome, payment, Observation.from_json(outcome.answer))

    def _told(outcome: Outcome, payment: WatchedPayment, seen: Observation) -> Decision:
        told = observed(payment, seen, merchants.calendar(payment.merchant_id), asked=True)
        return Decision(told.payment, told.events)

    return [Answering(FIRST_LOOK, WatchPayment, load, first_look), Answering(RECHECK, RecheckPayment, load, recheck)]


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[WatchedPayment]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    return [payments[outcome.key] for outcome in outcomes]


def _not_seen(outcome: Outcome, command: type[Command], payment: WatchedPayment) -> Decision:
    return refused(CommandRefused, outcome, command, payment, code=code_after_read(outcome.result))


def _no_merchant(outcome: Outcome, command: type[Command], payment: WatchedPayment) -> Decision:
    """Taken out of the file between the call and its decision. What it saw is seen again once the merchant is back."""
    code, reason = UNKNOWN_MERCHANT.code, UNKNOWN_MERCHANT.reason
    return refused(CommandRefused, outcome, command, payment, code=code, reason=reason, field="merchant_id")
