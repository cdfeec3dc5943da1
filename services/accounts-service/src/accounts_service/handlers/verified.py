"""An account that has become verified: what is told, and who is told its number."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ExternalAccountLinked, ExternalAccountState, ExternalAccountVerified
from bankrails_contracts.message import Event
from bankrails_contracts.parts import AccountType
from bankrails_messaging.decisions import Decision, Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.moving import moved
from accounts_service.domain.transitions import Trigger
from accounts_service.handlers.rules import PAYMENTS_BUDGET, Rules
from accounts_service.handlers.watching import watched

SHARE_ACCOUNT = "share_account"


def linked(account: ExternalAccount, rules: Rules, now: datetime, *, adopted: bool = False) -> Decision:
    """Of an account that is proven by something else than trial deposits."""
    account, looks = watched(replace(moved(account, Trigger.MADE, now)), rules, now)
    told = ExternalAccountLinked(
        external_account_id=account.id,
        user_id=account.user_id,
        country=account.country,
        account_type=account.account_type,
        account_masked=account.masked,
        helix_external_account_id=account.helix_external_account_id,
        connection_id=account.connection_id,
        adopted=adopted,
        over_limit=account.over_limit,
        tag=account.tag,
    )
    return Decision(account, (told, verified(account)), (*shares(account, rules), *looks))


def verified(account: ExternalAccount) -> Event:
    return ExternalAccountVerified(
        external_account_id=account.id, user_id=account.user_id, method=account.method, verified_at=account.state_at
    )


def shares(account: ExternalAccount, rules: Rules) -> tuple[Work, ...]:
    """Its number is sealed to payments-service, which debits checking and savings accounts alone."""
    if not rules.share or account.account_type not in tuple(AccountType):
        return ()
    if account.state is not ExternalAccountState.VERIFIED:
        return ()
    return (Work(SHARE_ACCOUNT, {"external_account_id": account.id}, PAYMENTS_BUDGET, Lane.PERSON),)
