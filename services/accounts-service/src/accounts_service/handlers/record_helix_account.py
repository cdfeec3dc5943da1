"""The vendor's answer to an account's creation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import CommandRefused, ExternalAccountState, LinkExternalAccount
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.link_external_account import CREATE_AT_HELIX, Rules
from accounts_service.handlers.verified import verified
from accounts_service.ports import Reads

CODES = {
    Result.ANSWERED: RefusalCode.ACCOUNT_LIMIT_REACHED,
    Result.REJECTED: RefusalCode.VENDOR_REJECTED,
    Result.EXHAUSTED: RefusalCode.VENDOR_UNAVAILABLE,
    Result.UNKNOWN: RefusalCode.VENDOR_OUTCOME_UNKNOWN,
    Result.AMBIGUOUS: RefusalCode.VENDOR_OUTCOME_UNKNOWN,
}
"""Of an answer, since only that one no of the vendor's comes as one."""


def decide(outcome: Outcome, account: ExternalAccount, share: bool) -> Decision:
    if outcome.result is Result.ANSWERED and "limit_reached" not in outcome.answer:
        vendor_id = outcome.answer["helix_external_account_id"]
        made = replace(account, helix_external_account_id=vendor_id)
        return verified(made, share=share, adopted=outcome.answer["adopted"])
    rejected = replace(account, state=ExternalAccountState.REJECTED, number_fingerprint=None)
    refusal = CommandRefused(
        command_id=outcome.command_id,
        command_type=LinkExternalAccount.type,
        code=CODES[outcome.result],
        reason=outcome.answer.get("limit_reached", outcome.reason),
        aggregate_id=account.id,
        state=rejected.state,
    )
    return Decision(rejected, (refusal,))


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[ExternalAccount]:
    accounts = reads.external_accounts([outcome.key for outcome in outcomes])
    return [accounts[outcome.key] for outcome in outcomes]


def answering(rules: Rules) -> Answering[ExternalAccount]:
    def decide_on(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
        return decide(outcome, account, rules.share)

    return Answering(CREATE_AT_HELIX, LinkExternalAccount, load, decide_on)
