"""The service's own tables: rows and snapshots, what is unique, and the migrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.main import SCHEMA
from accounts_service.store.repositories import ACCOUNT_USES, EXTERNAL_ACCOUNTS, SqlReads
from accounts_service.store.tables import Row
from bankrails_testkit.stores import comes_back, newest_migration, put, schema_differences
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

Build = Callable[..., ExternalAccount]


def test_an_account_comes_back_as_it_was(an_account: Build, connection: Connection) -> None:
    """Types included: a state that came back as text would match no table."""
    comes_back(
        connection,
        EXTERNAL_ACCOUNTS,
        an_account(
            institution_number="001",
            transit_number="00001",
            company_name="Zoë & Söhne",
            bank_name="B",
            connection_id="login",
            helix_customer_id=2**31 - 1,
            helix_external_account_id="4001",
        ),
    )


def test_a_use_comes_back_as_it_was(noon: datetime, connection: Connection) -> None:
    """To the microsecond, or a maximum would move by itself."""
    comes_back(connection, ACCOUNT_USES, AccountUse("external", noon.replace(microsecond=7), "made-by", 0, 1))


@pytest.mark.parametrize(
    ("other", "allowed"),
    [
        ({}, False),
        ({"user_id": "another"}, True),
        ({"number_fingerprint": "another"}, True),
        ({"user_id": "another", "helix_external_account_id": "4001"}, False),
    ],
)
def test_a_user_has_an_account_once_and_the_vendors_id_belongs_to_one(
    an_account: Build, connection: Connection, other: dict[str, Any], allowed: bool
) -> None:
    """Two commands decided at the same moment do not see each other; the index does, and one is decided again."""
    put(connection, (EXTERNAL_ACCOUNTS, an_account(helix_external_account_id="4001")))
    second = an_account(**({"id": "second", "helix_external_account_id": "4002"} | other))
    if allowed:
        put(connection, (EXTERNAL_ACCOUNTS, second))
    else:
        with pytest.raises(IntegrityError):
            put(connection, (EXTERNAL_ACCOUNTS, second))


def test_refused_accounts_hold_no_number(an_account: Build, connection: Connection) -> None:
    """Any number of tries that the vendor refused may lie side by side."""
    for number in range(3):
        put(connection, (EXTERNAL_ACCOUNTS, an_account(id=str(number), number_fingerprint=None)))


def test_the_same_account_is_found_for_its_user_alone(an_account: Build, connection: Connection) -> None:
    """Two people share an account, and each has linked it once."""
    mine, yours = an_account(id="mine"), an_account(id="yours", user_id="you")
    put(connection, (EXTERNAL_ACCOUNTS, mine), (EXTERNAL_ACCOUNTS, yours))
    reads = SqlReads(connection)
    assert reads.same_accounts([("user", "fingerprint"), ("user", "another")]) == {("user", "fingerprint"): mine}
    assert reads.same_accounts([("nobody", "fingerprint")]) == {}
    assert reads.same_accounts([]) == {}


def test_the_migrated_schema_is_the_one_of_the_tables(connection: Connection) -> None:
    """A column that is in the model alone fails in production, on the first row."""
    assert schema_differences(connection, Row.metadata) == []


def test_the_newest_migration_is_the_schema_this_release_asks_for() -> None:
    """A migration that the head does not name would never be applied, silently."""
    assert newest_migration(SCHEMA) == SCHEMA.head
