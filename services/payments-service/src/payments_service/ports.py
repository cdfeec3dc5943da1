"""What handlers ask for: to read aggregates by id, many at once."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.enrolment import Enrolment
from payments_service.domain.mandate import Mandate
from payments_service.domain.payer import Payer
from payments_service.domain.payment import Payment


class Reads(Protocol):
    """Committed aggregates by id; ids that do not exist are absent from the answer."""

    def payers(self, ids: Sequence[str]) -> Mapping[str, Payer]: ...
    def bank_accounts(self, ids: Sequence[str]) -> Mapping[str, BankAccount]: ...
    def mandates(self, ids: Sequence[str]) -> Mapping[str, Mandate]: ...
    def payments(self, ids: Sequence[str]) -> Mapping[str, Payment]: ...

    def enrolments(self, user_ids: Sequence[str]) -> Mapping[str, Enrolment]: ...

    def accounts_with_mandate(self, bank_account_ids: Sequence[str]) -> Mapping[str, bool]:
        """Of these accounts, those that ever had a mandate, and whether one of theirs is usable now."""
        ...
