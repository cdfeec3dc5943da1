"""Account numbers on their way from seal to rest: opened, checked, encrypted and recognised in one step."""

from dataclasses import dataclass

from bankrails_contracts.parts import CanadianAccount, UsAccount
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import SealingKeys, Vault
from bankrails_service.sealed import open_sealed

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.numbers import account_number_fault, last_four, spelling
from accounts_service.domain.opened_number import OpenedNumber

FINGERPRINT_CONTEXT = "accounts/account-number"


@dataclass(frozen=True)
class AccountNumbers:
    sealing: SealingKeys
    vault: Vault

    def open(self, external_account_id: str, account: CanadianAccount | UsAccount) -> OpenedNumber | Unopened:
        number = open_sealed(self.sealing, account.account_number)
        if isinstance(number, Unopened):
            return number
        bank = (
            account.routing_number
            if isinstance(account, UsAccount)
            else f"{account.institution_number}-{account.transit_number}"
        )
        return OpenedNumber(
            encrypted=self.vault.encrypt(number, context=_row_context(external_account_id)),
            fingerprint=self.vault.fingerprint(
                f"{account.country}/{bank}/{spelling(number)}", context=FINGERPRINT_CONTEXT
            ),
            last4=last_four(number),
            fault=account_number_fault(account.country, number),
        )

    def decrypt(self, account: ExternalAccount) -> str:
        return self.vault.decrypt(account.account_number_encrypted, context=_row_context(account.id))


def _row_context(external_account_id: str) -> str:
    """Its own row's, so that a token copied to another row opens nothing."""
    return f"accounts/external-account/{external_account_id}"
