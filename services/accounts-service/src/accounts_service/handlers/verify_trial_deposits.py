"""VerifyTrialDeposits: the two amounts, given to the vendor once. A wrong answer costs one of few attempts."""

from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountState, VerifyTrialDeposits
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Decision, Handling, Refusal

from accounts_service.domain.external_account import Pending
from accounts_service.domain.trial_deposits import AMOUNT_MINOR_MAX
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import Situation, asked_of_helix, handling, wrong_state

VERIFY_AT_HELIX = "verify_at_helix"


def decide(command: VerifyTrialDeposits, situation: Situation, now: datetime) -> Decision | Refusal:
    assert situation.placed is not None  # noqa: S101 - the guard refuses
    account = situation.placed.account
    if account.state is not ExternalAccountState.UNVERIFIED:
        return wrong_state(account, "UNVERIFIED")
    if account.locked:
        return Refusal(RefusalCode.ACCOUNT_LOCKED, "a locked account is not verified", about=account)
    if account.expires_at is not None and now >= account.expires_at:
        return Refusal(RefusalCode.TOO_LATE, "the time for naming the amounts is over", about=account)
    if any(amount > AMOUNT_MINOR_MAX for amount in command.amounts_minor):
        reason = f"no deposit is above {AMOUNT_MINOR_MAX} cents; nothing was tried"
        return Refusal(RefusalCode.INVALID, reason, field="amounts_minor", about=account)
    return asked_of_helix(account, Pending.VERIFY, VERIFY_AT_HELIX, amounts_minor=list(command.amounts_minor))


def handling_of(rules: Rules) -> Handling[VerifyTrialDeposits, Situation]:
    return handling(VerifyTrialDeposits, rules, decide)
