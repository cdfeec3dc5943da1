"""An account that has become verified: what is told, and who is told its number."""

from dataclasses import replace

from bankrails_contracts.accounts import ExternalAccountLinked, ExternalAccountState, ExternalAccountVerified
from bankrails_messaging.decisions import Decision, Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.external_account import ExternalAccount

SHARE_ACCOUNT = "share_account"
PAYMENTS_BUDGET = "payments-service"


def verified(account: ExternalAccount, *, share: bool, adopted: bool = False) -> Decision:
    """`share`: its number is to be sealed to payments-service."""
    account = replace(account, state=ExternalAccountState.VERIFIED)
    linked = ExternalAccountLinked(
        external_account_id=account.id,
        user_id=account.user_id,
        country=account.country,
        account_type=account.account_type,
        account_masked=account.masked,
        helix_external_account_id=account.helix_external_account_id,
        connection_id=account.connection_id,
        adopted=adopted,
    )
    told = ExternalAccountVerified(external_account_id=account.id, user_id=account.user_id, method=account.method)
    work = Work(SHARE_ACCOUNT, {"external_account_id": account.id}, PAYMENTS_BUDGET, Lane.PERSON)
    return Decision(account, (linked, told), (work,) if share else ())
