"""The account's number, sealed to payments-service: now it can be told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bankrails_contracts.accounts import ExternalAccountShared, ExternalAccountState, LinkExternalAccount
from bankrails_contracts.parts import AccountHolder, BankNumbers, account_at
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.verified import SHARE_ACCOUNT
from accounts_service.ports import Reads

AGAIN_AFTER = timedelta(hours=1)
"""Only after some twenty tries over about an hour: payments-service has been away for long, and nothing else waits."""


def decide(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    if account.state is not ExternalAccountState.VERIFIED:
        return Decision()
    if outcome.result is not Result.ANSWERED:
        return Decision(again_at=now + AGAIN_AFTER)
    if outcome.answer.get("of", account.account_number_encrypted) != account.account_number_encrypted:
        return Decision(again_at=now)  # corrected while it was being sealed
    bank = BankNumbers(account.institution_number, account.transit_number, account.routing_number)
    event = ExternalAccountShared(
        external_account_id=account.id,
        user_id=account.user_id,
        account=account_at(account.country, bank, outcome.answer["account_number"]),
        account_type=account.account_type,
        account_masked=account.masked,
        holder=holder_of(account),
    )
    return Decision(account, (event,))


def holder_of(account: ExternalAccount) -> AccountHolder:
    return AccountHolder.model_validate(
        {
            "holder_type": account.holder_type,
            "first_name": account.first_name,
            "last_name": account.last_name,
            "company_name": account.company_name,
        }
    )


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[ExternalAccount]:
    accounts = reads.external_accounts([outcome.key for outcome in outcomes])
    return [accounts[outcome.key] for outcome in outcomes]


ANSWERING = Answering(SHARE_ACCOUNT, LinkExternalAccount, load, decide)
