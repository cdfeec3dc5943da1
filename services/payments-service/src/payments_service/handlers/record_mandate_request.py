"""The vendor has asked the payer, or had asked already; from now on we look for the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bankrails_contracts.payments import CommandRefused, MandateRequested, RequestMandate
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.payer_watch import PayerWatch
from payments_service.handlers.look_at_mandates import begin_round
from payments_service.handlers.request_mandate import REQUEST_MANDATE
from payments_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    mandate: Mandate
    account: BankAccount
    watch: PayerWatch | None = None


def decide(outcome: Outcome, situation: Situation, now: datetime) -> Decision:
    mandate, account = situation.mandate, situation.account
    if outcome.result is not Result.ANSWERED:
        rejected = replace(mandate, state=MandateState.REJECTED)
        return refused(CommandRefused, outcome, RequestMandate, rejected)
    vendor_id = outcome.answer["vendor_mandate_id"]
    requested = mandate.then(
        "requested",
        now,
        f"command {outcome.command_id}",
        state=MandateState.REQUESTED,
        vendor_mandate_id=vendor_id,
        requested_at=now,
    )
    event = MandateRequested(
        **mandate.about,
        vendor_mandate_id=vendor_id,
        mailed=not outcome.found,
        one_time=mandate.one_time,
        pre_notification_days=mandate.pre_notification_days,
    )
    watch, look = begin_round(situation.watch, mandate.merchant_id, account.payer_id, account.vendor_customer_id, now)
    return Decision(requested, (event,), also=(Decision(watch, work=(look,)),))


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Situation]:
    mandates = reads.mandates([outcome.key for outcome in outcomes])
    found = [mandates[outcome.key] for outcome in outcomes]
    accounts = reads.bank_accounts([mandate.bank_account_id for mandate in found])
    watches = reads.payer_watches([account.payer_id for account in accounts.values()])
    situations = []
    for mandate in found:
        account = accounts[mandate.bank_account_id]
        situations.append(Situation(mandate, account, watches.get(account.payer_id)))
    return situations


ANSWERING = Answering(REQUEST_MANDATE, RequestMandate, load, decide)
