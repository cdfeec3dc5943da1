"""What handlers ask for: to read aggregates by id, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from bankrails_contracts.payments import PaymentState

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.enrolment import Enrolment
from payments_service.domain.external_account import ExternalAccount
from payments_service.domain.limits import LimitTotal
from payments_service.domain.mandate import Mandate
from payments_service.domain.merchant_status import MerchantStatus
from payments_service.domain.payer import Payer
from payments_service.domain.payer_watch import PayerWatch
from payments_service.domain.payment import Payment


class Reads(Protocol):
    """Committed aggregates by id; ids that do not exist are absent from the answer."""

    def payers(self, ids: Sequence[str]) -> Mapping[str, Payer]: ...
    def bank_accounts(self, ids: Sequence[str]) -> Mapping[str, BankAccount]: ...
    def mandates(self, ids: Sequence[str]) -> Mapping[str, Mandate]: ...
    def payments(self, ids: Sequence[str]) -> Mapping[str, Payment]: ...

    def merchant_statuses(self, merchant_ids: Sequence[str]) -> Mapping[str, MerchantStatus]: ...
    def enrolments(self, user_ids: Sequence[str]) -> Mapping[str, Enrolment]: ...
    def external_accounts(self, ids: Sequence[str]) -> Mapping[str, ExternalAccount]: ...
    def payer_watches(self, payer_ids: Sequence[str]) -> Mapping[str, PayerWatch]: ...

    def payers_of_customers(self, merchant_id: str, vendor_customer_ids: Iterable[str]) -> Mapping[str, Payer]:
        """By the vendor's customer, of which each is one payer's at most."""
        ...

    # By what they belong to; one that has none is absent.
    def accounts_of(self, payer_ids: Iterable[str]) -> Mapping[str, Sequence[BankAccount]]: ...
    def mandates_of(self, bank_account_ids: Iterable[str]) -> Mapping[str, Sequence[Mandate]]: ...
    def payments_on(
        self, bank_account_ids: Iterable[str], states: Iterable[PaymentState]
    ) -> Mapping[str, Sequence[Payment]]: ...

    def payments_in(self, merchant_ids: Iterable[str], states: Iterable[PaymentState]) -> Mapping[str, Sequence[str]]:
        """Ids of payments by merchant, the oldest id first."""
        ...

    def payments_in_doubt(self, rows: Sequence[tuple[str, int, str | None]]) -> Sequence[Sequence[str]]:
        """For each (merchant, amount, transaction that it undoes) at the vendor: the payments whose call of unknown
        outcome it may come from. Whether one is unknown, of those that it undoes, is not asked."""
        ...

    def owners_of(self, vendor_ids: Sequence[tuple[str, str]]) -> Sequence[str | None]:
        """For each (merchant, transaction at the vendor): whose it is of ours, in words."""
        ...

    def limit_totals(self, ids: Sequence[str]) -> Mapping[str, LimitTotal]: ...

    def accounts_with_mandate(self, bank_account_ids: Sequence[str]) -> Mapping[str, bool]:
        """Of these accounts, those that ever had a mandate, and whether one of theirs is usable now."""
        ...
