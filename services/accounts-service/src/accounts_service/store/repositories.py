"""Rows ⇄ snapshots, one repository per aggregate, and the handlers' reads over them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bankrails_messaging.enactment import Repository
from sqlalchemy import Connection, false, select

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.applied_change import AppliedChange
from accounts_service.domain.customer import Customer
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.payment_in_flight import PaymentInFlight
from accounts_service.domain.program import PROGRAM_ID, Program
from accounts_service.store import tables

_SOURCE = "/bankrails/accounts"

EXTERNAL_ACCOUNTS = Repository(
    tables.ExternalAccountRow.__table__,  # type: ignore[attr-defined]  # SQLModel adds it
    ExternalAccount,
    f"{_SOURCE}/external-account",
)
ACCOUNT_USES = Repository(tables.AccountUseRow.__table__, AccountUse, f"{_SOURCE}/account-use")  # type: ignore[attr-defined]  # as above
CUSTOMERS = Repository(tables.CustomerRow.__table__, Customer, f"{_SOURCE}/customer")  # type: ignore[attr-defined]  # as above
PROGRAMS = Repository(tables.ProgramRow.__table__, Program, f"{_SOURCE}/program")  # type: ignore[attr-defined]  # as above
PAYMENTS = Repository(tables.PaymentInFlightRow.__table__, PaymentInFlight, f"{_SOURCE}/payment-in-flight")  # type: ignore[attr-defined]  # as above
APPLIED_CHANGES = Repository(tables.AppliedChangeRow.__table__, AppliedChange, f"{_SOURCE}/applied-change")  # type: ignore[attr-defined]  # as above

REPOSITORIES: dict[type, Repository[Any]] = {
    ExternalAccount: EXTERNAL_ACCOUNTS,
    AccountUse: ACCOUNT_USES,
    Customer: CUSTOMERS,
    Program: PROGRAMS,
    PaymentInFlight: PAYMENTS,
    AppliedChange: APPLIED_CHANGES,
}

UNWATCHED_AT_ONCE = 100


class SqlReads:
    """ports.Reads on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def external_accounts(self, ids: Sequence[str | None]) -> dict[str, ExternalAccount]:
        return EXTERNAL_ACCOUNTS.get_many(self._connection, ids)

    def account_uses(self, ids: Sequence[str]) -> dict[str, AccountUse]:
        return ACCOUNT_USES.get_many(self._connection, ids)

    def customers(self, ids: Sequence[str]) -> dict[str, Customer]:
        return CUSTOMERS.get_many(self._connection, ids)

    def program(self) -> Program:
        return PROGRAMS.get_many(self._connection, [PROGRAM_ID]).get(PROGRAM_ID, Program())

    def payments_in_flight(self, ids: Sequence[str]) -> dict[str, PaymentInFlight]:
        return PAYMENTS.get_many(self._connection, ids)

    def applied_changes(self, ids: Sequence[str]) -> dict[str, AppliedChange]:
        return APPLIED_CHANGES.get_many(self._connection, ids)

    def outstanding(self, external_account_ids: Sequence[str]) -> frozenset[str]:
        table = PAYMENTS.table
        found = select(table.c.external_account_id).where(
            table.c.external_account_id.in_(set(external_account_ids)), table.c.ended == false()
        )
        return frozenset(self._connection.scalars(found.distinct()))

    def of_customers(self, customer_ids: Sequence[str]) -> dict[str, list[ExternalAccount]]:
        found: defaultdict[str, list[ExternalAccount]] = defaultdict(list)
        where = EXTERNAL_ACCOUNTS.table.c.customer_id.in_(set(customer_ids))
        for account in EXTERNAL_ACCOUNTS.find(self._connection, where):
            found[account.customer_id].append(account)
        return {name: sorted(some, key=lambda account: account.id) for name, some in found.items()}

    def tagged(self, tags: Sequence[str | None]) -> dict[str, ExternalAccount]:
        where = EXTERNAL_ACCOUNTS.table.c.tag.in_({tag for tag in tags if tag is not None})
        return {account.tag: account for account in EXTERNAL_ACCOUNTS.find(self._connection, where)}

    def at_helix(self, helix_ids: Sequence[str]) -> dict[str, str]:
        table = EXTERNAL_ACCOUNTS.table
        found = select(table.c.helix_external_account_id, table.c.id).where(
            table.c.helix_external_account_id.in_(set(helix_ids))
        )
        return {row[0]: row[1] for row in self._connection.execute(found)}

    def unwatched(self, states: Sequence[str]) -> list[ExternalAccount]:
        table = EXTERNAL_ACCOUNTS.table
        found = (
            select(table.c.id)
            .where(
                table.c.watched == false(), table.c.state.in_(states), table.c.helix_external_account_id.is_not(None)
            )
            .limit(UNWATCHED_AT_ONCE)
        )
        ids = list(self._connection.scalars(found))
        return list(EXTERNAL_ACCOUNTS.get_many(self._connection, ids).values())

    def same_accounts(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ExternalAccount]:
        if not wanted:
            return {}
        table = EXTERNAL_ACCOUNTS.table
        ids = self._connection.scalars(
            select(table.c.id).where(
                table.c.user_id.in_({user_id for user_id, _ in wanted}),
                table.c.number_fingerprint.in_({fingerprint for _, fingerprint in wanted}),
            )
        )
        found = EXTERNAL_ACCOUNTS.get_many(self._connection, list(ids)).values()
        return {(each.user_id, each.number_fingerprint): each for each in found if each.number_fingerprint is not None}
