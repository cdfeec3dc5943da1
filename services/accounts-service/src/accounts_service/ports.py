"""What handlers ask for: to read aggregates, many at once; and what a sealed account number turns out to be."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bankrails_contracts.parts import CanadianAccount, UsAccount
from bankrails_messaging.unopened import Unopened

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.opened_number import OpenedNumber


class Reads(Protocol):
    """Committed aggregates; ids that do not exist are absent from the answer."""

    def external_accounts(self, ids: Sequence[str]) -> Mapping[str, ExternalAccount]: ...
    def account_uses(self, ids: Sequence[str]) -> Mapping[str, AccountUse]: ...

    def same_accounts(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], ExternalAccount]:
        """By user and number fingerprint, those that the user has already."""
        ...


class OpenNumber(Protocol):
    def __call__(self, external_account_id: str, account: CanadianAccount | UsAccount) -> OpenedNumber | Unopened:
        """Opens, checks, and encrypts for rest, in one step, so that nothing else sees the number."""
        ...
