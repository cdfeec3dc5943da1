"""The answers to asking for one payment that nothing has shown: missing is what the vendor denies four times in a day.

Once that is told, it is asked for once a day until it is shown, has ended, or a month is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from settlement_watcher.domain.discrepancy import Discrepancy, discrepancy_id
from settlement_watcher.domain.observation import Observation
from settlement_watcher.domain.reconciliation import missing
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers import discrepancies
from settlement_watcher.handlers.batch_work import ASK_MISSING
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.handlers.observed import observed
from settlement_watcher.reconciling_ports import ReconcilingReads

LOOKS_MIN = 4
MISSING_AFTER = timedelta(hours=24)
EVERY = timedelta(hours=8)
LATER_EVERY = timedelta(hours=24)
FAILED_AFTER = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Situation:
    payment: WatchedPayment
    discrepancy: Discrepancy | None


def answering(merchants: Merchants) -> Answering[Situation]:
    def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
        payment = situation.payment
        if merchants.get(payment.merchant_id) is None:
            return Decision()
        if outcome.result is Result.ANSWERED:
            return _shown(outcome, situation, merchants, now)
        if outcome.result is not Result.REJECTED or outcome.not_permitted:
            return Decision(again_at=now + FAILED_AFTER)
        first_at, looks = datetime.fromisoformat(outcome.payload["first_at"]), outcome.payload["looks"] + 1
        if not payment.is_open or now - first_at >= GIVEN_UP_AFTER:
            return Decision()
        again = outcome.payload | {"looks": looks}
        if looks < LOOKS_MIN or now - first_at < MISSING_AFTER:
            return Decision(again_at=now + EVERY, again_payload=again)
        known = {} if situation.discrepancy is None else {situation.discrepancy.id: situation.discrepancy}
        told = discrepancies.told([missing(payment)], known, payment.merchant_id, now)
        return Decision(again_at=now + LATER_EVERY, again_payload=again, also=tuple(told))

    return Answering(ASK_MISSING, None, load, decide)


def _shown(outcome: Outcome, situation: Situation, merchants: Merchants, now: datetime) -> Decision:
    payment = situation.payment
    told = observed(payment, Observation.from_json(outcome.answer), merchants.calendar(payment.merchant_id))
    known = [] if situation.discrepancy is None else [situation.discrepancy]
    return Decision(
        learned(told.payment, missing_since=None),
        told.events,
        also=tuple(discrepancies.agreed(known, now)),
    )


def load(reads: ReconcilingReads, outcomes: Sequence[Outcome]) -> list[Situation]:
    payments = reads.payments([outcome.key for outcome in outcomes])
    ids = {id: discrepancy_id(item.merchant_id, missing(item)) for id, item in payments.items()}
    known = reads.discrepancies(list(ids.values()))
    return [Situation(payments[outcome.key], known.get(ids[outcome.key])) for outcome in outcomes]
