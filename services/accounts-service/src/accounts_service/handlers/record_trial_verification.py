"""The vendor's answer to the two amounts."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.accounts import (
    CommandRefused,
    VerificationFailed,
    VerificationMethod,
    VerificationOutcomeUnknown,
    VerifyTrialDeposits,
)
from bankrails_contracts.message import Event
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.transitions import Trigger
from accounts_service.domain.vendor_fault import REFUSALS, Fault
from accounts_service.handlers.facts import lock_seen, state_seen
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import answered
from accounts_service.handlers.verify_trial_deposits import VERIFY_AT_HELIX
from accounts_service.handlers.watching import look_now
from accounts_service.ports import Reads

SHOWS = {
    Fault.ATTEMPTS_USED_UP: Trigger.ATTEMPTS_USED_UP,
    Fault.VERIFY_LOCKED: Trigger.ATTEMPTS_USED_UP,
    Fault.DENIED: Trigger.DENIED,
    Fault.ALREADY_VERIFIED: Trigger.PROVEN,
    Fault.WINDOW_OVER: Trigger.WINDOW_OVER,
}
"""A no that says in which state the account is."""


def decide(outcome: Outcome, account: ExternalAccount, now: datetime, rules: Rules) -> Decision:
    account = answered(account)
    if outcome.result is Result.UNKNOWN:
        unknown = VerificationOutcomeUnknown(
            external_account_id=account.id, user_id=account.user_id, method=account.method, reason=outcome.reason
        )
        return Decision(account, (unknown,), (look_now(account),))
    if outcome.result is not Result.ANSWERED:
        return refused(CommandRefused, outcome, VerifyTrialDeposits, account)
    if "fault" not in outcome.answer:
        return _shown(outcome, account, Trigger.PROVEN, now, rules)
    fault = Fault(outcome.answer["fault"])
    if fault is Fault.AMOUNTS_DIFFER:
        failed = VerificationFailed(
            external_account_id=account.id,
            user_id=account.user_id,
            method=VerificationMethod.TRIAL_DEPOSITS,
            attempts_left=outcome.answer.get("attempts_left"),
        )
        return Decision(account, (failed,))
    if fault in SHOWS:
        return _shown(outcome, account, SHOWS[fault], now, rules)
    if fault is Fault.LOCKED and not account.locked:
        # Both are told: that it is locked, and that this command came to nothing.
        account, events = lock_seen(account, locked=True, reason=None, locked_at=now, now=now)
        return _no(outcome, account, fault, *events)
    return _no(outcome, account, fault)


def _shown(outcome: Outcome, account: ExternalAccount, trigger: Trigger, now: datetime, rules: Rules) -> Decision:
    after, events, work = state_seen(account, trigger, rules, now)
    if not events:
        return _no(outcome, account, Fault(outcome.answer["fault"])) if "fault" in outcome.answer else Decision(after)
    return Decision(after, events, work)


def _no(outcome: Outcome, account: ExternalAccount, fault: Fault, *events: Event) -> Decision:
    code, field = REFUSALS[fault]
    reason = outcome.answer["reason"]
    no = refused(CommandRefused, outcome, VerifyTrialDeposits, account, code=code, reason=reason, field=field)
    return Decision(account, (*events, *no.events))


def answering(rules: Rules) -> Answering[ExternalAccount]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[ExternalAccount]:
        accounts = reads.external_accounts([outcome.key for outcome in outcomes])
        return [accounts[outcome.key] for outcome in outcomes]

    def decide_on(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
        return decide(outcome, account, now, rules)

    return Answering(VERIFY_AT_HELIX, VerifyTrialDeposits, load, decide_on)
