"""The account's number, sealed to payments-service: now it can be told."""

from datetime import datetime, timedelta

from bankrails_contracts.accounts import ExternalAccountShared, ExternalAccountState, LinkExternalAccount
from bankrails_contracts.parts import AccountHolder, BankNumbers, account_at
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.record_helix_account import load
from accounts_service.handlers.verified import SHARE_ACCOUNT

AGAIN_AFTER = timedelta(hours=1)
"""Only after some twenty tries over about an hour: payments-service has been away for long, and nothing else waits."""


def decide(outcome: Outcome, account: ExternalAccount, now: datetime) -> Decision:
    if account.state is not ExternalAccountState.VERIFIED:
        return Decision()
    if outcome.result is not Result.ANSWERED:
        return Decision(again_at=now + AGAIN_AFTER)
    bank = BankNumbers(account.institution_number, account.transit_number, account.routing_number)
    holder = {
        "holder_type": account.holder_type,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "company_name": account.company_name,
    }
    event = ExternalAccountShared.model_validate(
        {
            "external_account_id": account.id,
            "user_id": account.user_id,
            "account": account_at(account.country, bank, outcome.answer["account_number"]),
            "account_type": account.account_type,
            "account_masked": account.masked,
            "holder": AccountHolder.model_validate(holder),
        }
    )
    return Decision(account, (event,))


ANSWERING = Answering(SHARE_ACCOUNT, LinkExternalAccount, load, decide)
