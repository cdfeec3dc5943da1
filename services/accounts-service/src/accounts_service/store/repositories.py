"""Rows ⇄ snapshots, one repository per aggregate, and the handlers' reads over them."""

from collections.abc import Sequence
from typing import Any

from bankrails_messaging.enactment import Repository
from sqlalchemy import Connection, select

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.store.tables import AccountUseRow, ExternalAccountRow

EXTERNAL_ACCOUNTS = Repository(
    ExternalAccountRow.__table__,  # type: ignore[attr-defined]  # SQLModel adds it
    ExternalAccount,
    "/bankrails/accounts/external-account",
)
ACCOUNT_USES = Repository(AccountUseRow.__table__, AccountUse, "/bankrails/accounts/account-use")  # type: ignore[attr-defined]  # as above

REPOSITORIES: dict[type, Repository[Any]] = {ExternalAccount: EXTERNAL_ACCOUNTS, AccountUse: ACCOUNT_USES}


class SqlReads:
    """ports.Reads on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def external_accounts(self, ids: Sequence[str]) -> dict[str, ExternalAccount]:
        return EXTERNAL_ACCOUNTS.get_many(self._connection, ids)

    def account_uses(self, ids: Sequence[str]) -> dict[str, AccountUse]:
        return ACCOUNT_USES.get_many(self._connection, ids)

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
