"""The vendor's answer to an account's creation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import CommandRefused, ExternalAccountState, LinkExternalAccount
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.link_external_account import CREATE_AT_HELIX, Rules
from accounts_service.handlers.verified import verified
from accounts_service.ports import Reads


def decide(outcome: Outcome, account: ExternalAccount, share: bool) -> Decision:
    if outcome.result is Result.ANSWERED and "limit_reached" not in outcome.answer:
        vendor_id = outcome.answer["helix_external_account_id"]
        made = replace(account, helix_external_account_id=vendor_id)
        return verified(made, share=share, adopted=outcome.answer["adopted"])
    rejected = replace(account, state=ExternalAccountState.REJECTED, number_fingerprint=None)
    limit = outcome.answer.get("limit_reached")
    code = None if limit is None else RefusalCode.ACCOUNT_LIMIT_REACHED
    return refused(CommandRefused, outcome, LinkExternalAccount, rejected, code=code, reason=limit)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[ExternalAccount]:
    accounts = reads.external_accounts([outcome.key for outcome in outcomes])
    return [accounts[outcome.key] for outcome in outcomes]


def answering(rules: Rules) -> Answering[ExternalAccount]:
    def decide_on(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
        return decide(outcome, account, rules.share)

    return Answering(CREATE_AT_HELIX, LinkExternalAccount, load, decide_on)
