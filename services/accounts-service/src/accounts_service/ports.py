"""What handlers ask for: to read aggregates, many at once; and what a sealed account number turns out to be."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bankrails_contracts.parts import CanadianAccount, UsAccount
from bankrails_messaging.unopened import Unopened

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.applied_change import AppliedChange
from accounts_service.domain.customer import Customer
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.domain.payment_in_flight import PaymentInFlight
from accounts_service.domain.program import Program


class Reads(Protocol):
    """Committed aggregates; ids that do not exist are absent from the answer."""

    def external_accounts(self, ids: Sequence[str | None]) -> Mapping[str, ExternalAccount]: ...
    def account_uses(self, ids: Sequence[str]) -> Mapping[str, AccountUse]: ...
    def customers(self, ids: Sequence[str]) -> Mapping[str, Customer]: ...
    def program(self) -> Program: ...
    def payments_in_flight(self, ids: Sequence[str]) -> Mapping[str, PaymentInFlight]: ...
    def applied_changes(self, ids: Sequence[str]) -> Mapping[str, AppliedChange]: ...

    def outstanding(self, external_account_ids: Sequence[str]) -> frozenset[str]:
        """Those with a payment or refund that is not at its end."""
        ...

    def of_customers(self, customer_ids: Sequence[str]) -> Mapping[str, Sequence[ExternalAccount]]: ...

    def tagged(self, tags: Sequence[str | None]) -> Mapping[str, ExternalAccount]:
        """By the tag that they have at the vendor."""
        ...

    def at_helix(self, helix_ids: Sequence[str]) -> Mapping[str, str]:
        """Our ids, by the vendor's."""
        ...

    def unwatched(self, states: Sequence[str]) -> Sequence[ExternalAccount]:
        """Some of those in these states that the vendor has and nobody looks after."""
        ...

    def same_accounts(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], ExternalAccount]:
        """By user and number fingerprint, those that the user has already."""
        ...


class SpelledOut(Protocol):
    def __call__(self, account: ExternalAccount, texts: Mapping[str, str]) -> str | None:
        """The field in which the account's number stands in the clear."""
        ...


class CorrectNumber(Protocol):
    def __call__(
        self, account: ExternalAccount, routing_number: str | None, sealed_number: str | None
    ) -> OpenedNumber | Unopened:
        """The account's number as it is after a correction: the sealed one, or its own; at the new bank, or its own."""
        ...


class OpenNumber(Protocol):
    def __call__(
        self, external_account_id: str, account: CanadianAccount | UsAccount, beside: Mapping[str, str] = ...
    ) -> OpenedNumber | Unopened:
        """Opens, checks, and encrypts for rest, in one step, so that nothing else sees the number.

        `beside`: the texts of the same message by their fields, in which it must not stand.
        """
        ...
