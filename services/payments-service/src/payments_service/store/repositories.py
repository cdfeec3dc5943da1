"""Rows ⇄ snapshots, one repository per aggregate, and the handlers' reads over them."""

from collections.abc import Sequence
from typing import Any

from bankrails_messaging.enactment import Repository
from sqlalchemy import Connection, select

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.enrolment import Enrolment
from payments_service.domain.mandate import USABLE, Mandate
from payments_service.domain.payer import Payer
from payments_service.domain.payment import Payment
from payments_service.store.tables import BankAccountRow, EnrolmentRow, MandateRow, PayerRow, PaymentRow

PAYERS = Repository(PayerRow.__table__, Payer, "/bankrails/payments/payer")  # type: ignore[attr-defined]  # SQLModel adds it
BANK_ACCOUNTS = Repository(BankAccountRow.__table__, BankAccount, "/bankrails/payments/bank-account")  # type: ignore[attr-defined]  # as above
MANDATES = Repository(MandateRow.__table__, Mandate, "/bankrails/payments/mandate")  # type: ignore[attr-defined]  # as above
PAYMENTS = Repository(PaymentRow.__table__, Payment, "/bankrails/payments/payment")  # type: ignore[attr-defined]  # as above
ENROLMENTS = Repository(EnrolmentRow.__table__, Enrolment, "/bankrails/payments/enrolment")  # type: ignore[attr-defined]  # as above

REPOSITORIES: dict[type, Repository[Any]] = {
    Payer: PAYERS,
    BankAccount: BANK_ACCOUNTS,
    Mandate: MANDATES,
    Payment: PAYMENTS,
    Enrolment: ENROLMENTS,
}


class SqlReads:
    """ports.Reads on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def payers(self, ids: Sequence[str]) -> dict[str, Payer]:
        return PAYERS.get_many(self._connection, ids)

    def bank_accounts(self, ids: Sequence[str]) -> dict[str, BankAccount]:
        return BANK_ACCOUNTS.get_many(self._connection, ids)

    def mandates(self, ids: Sequence[str]) -> dict[str, Mandate]:
        return MANDATES.get_many(self._connection, ids)

    def payments(self, ids: Sequence[str]) -> dict[str, Payment]:
        return PAYMENTS.get_many(self._connection, ids)

    def enrolments(self, user_ids: Sequence[str]) -> dict[str, Enrolment]:
        return ENROLMENTS.get_many(self._connection, user_ids)

    def accounts_with_mandate(self, bank_account_ids: Sequence[str]) -> dict[str, bool]:
        table = MANDATES.table
        found: dict[str, bool] = {}
        for account_id, state in self._connection.execute(
            select(table.c.bank_account_id, table.c.state).where(table.c.bank_account_id.in_(set(bank_account_ids)))
        ):
            found[account_id] = found.get(account_id, False) or state in USABLE
        return found


def claimed(
    connection: Connection, repository: Repository[Any], column: str, key: str, merchant_id: str, ids: Sequence[str]
) -> set[str]:
    """Which of these vendor ids belong to another aggregate of this merchant than `key`."""
    table = repository.table
    rows = connection.execute(
        select(table.c[column]).where(table.c.id != key, table.c.merchant_id == merchant_id, table.c[column].in_(ids))
    )
    return set(rows.scalars())
