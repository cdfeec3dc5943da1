"""Account numbers on their way from seal to rest: opened, checked, encrypted and recognised in one step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bankrails_contracts.parts import BankNumbers, CanadianAccount, UsAccount, bank_numbers
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import SealingKeys, Vault
from bankrails_service.sealed import open_sealed

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.numbers import account_number_fault, last_four, spelled_out, spelling
from accounts_service.domain.opened_number import OpenedNumber

NOTHING: Mapping[str, str] = MappingProxyType({})
FINGERPRINT_CONTEXT = "accounts/account-number"


@dataclass(frozen=True)
class AccountNumbers:
    sealing: SealingKeys
    vault: Vault

    def open(
        self, external_account_id: str, account: CanadianAccount | UsAccount, beside: Mapping[str, str] = NOTHING
    ) -> OpenedNumber | Unopened:
        number = open_sealed(self.sealing, account.account_number)
        if isinstance(number, Unopened):
            return number
        opened = self._opened(external_account_id, account.country, bank_numbers(account), number)
        return replace(opened, spelled_out_in=spelled_out(number, beside))

    def spelled_out(self, account: ExternalAccount, texts: Mapping[str, str]) -> str | None:
        return spelled_out(self.decrypt(account), texts)

    def corrected(
        self, account: ExternalAccount, routing_number: str | None, sealed_number: str | None
    ) -> OpenedNumber | Unopened:
        number = self.decrypt(account) if sealed_number is None else open_sealed(self.sealing, sealed_number)
        if isinstance(number, Unopened):
            return number
        return self.shown(account, routing_number or account.routing_number, number)

    def shown(self, account: ExternalAccount, routing_number: str | None, number: str) -> OpenedNumber:
        """A number that is known in the clear already."""
        bank = BankNumbers(account.institution_number, account.transit_number, routing_number)
        return self._opened(account.id, account.country, bank, number)

    def fingerprint(self, account: ExternalAccount) -> str:
        return self.shown(account, account.routing_number, self.decrypt(account)).fingerprint

    def decrypt(self, account: ExternalAccount) -> str:
        return self.vault.decrypt(account.account_number_encrypted, context=_row_context(account.id))

    def _opened(self, external_account_id: str, country: str, bank: BankNumbers, number: str) -> OpenedNumber:
        at = bank.routing_number or f"{bank.institution_number}-{bank.transit_number}"
        return OpenedNumber(
            encrypted=self.vault.encrypt(number, context=_row_context(external_account_id)),
            fingerprint=self.vault.fingerprint(f"{country}/{at}/{spelling(number)}", context=FINGERPRINT_CONTEXT),
            last4=last_four(number),
            fault=account_number_fault(country, number),
        )


def _row_context(external_account_id: str) -> str:
    """Its own row's, so that a token copied to another row opens nothing."""
    return f"accounts/external-account/{external_account_id}"
