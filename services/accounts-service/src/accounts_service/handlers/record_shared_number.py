"""The account's number, sealed to payments-service: now it can be told."""

from datetime import datetime, timedelta
from typing import Any

from bankrails_contracts.accounts import ExternalAccountShared, ExternalAccountState, LinkExternalAccount
from bankrails_contracts.parts import AccountHolder
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
    numbers: dict[str, Any] = {
        "country": account.country,
        "institution_number": account.institution_number,
        "transit_number": account.transit_number,
        "routing_number": account.routing_number,
        "account_number": outcome.answer["account_number"],
    }
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
            "account": {name: value for name, value in numbers.items() if value is not None},
            "account_type": account.account_type,
            "account_masked": account.masked,
            "holder": AccountHolder.model_validate(holder),
        }
    )
    return Decision(account, (event,))


ANSWERING = Answering(SHARE_ACCOUNT, LinkExternalAccount, load, decide)
