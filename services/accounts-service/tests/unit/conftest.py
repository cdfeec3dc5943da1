"""Commands and aggregates of this service, valid as they are, each field to be replaced; and a real database."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.main import SCHEMA
from accounts_service.settings import Settings
from bankrails_contracts.accounts import ExternalAccountState, LinkExternalAccount
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.store import Store
from bankrails_testkit.accounts_desk import AccountsDesk, Keys
from bankrails_testkit.fixtures import postgres_databases, postgres_server
from bankrails_testkit.stores import migrated, sqlite_connection
from sqlalchemy import Connection

__all__ = ["postgres_databases", "postgres_server"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"
CANADIAN = {"country": "CA", "institution_number": "001", "transit_number": "12345", "account_number": JWE}
AMERICAN = {"country": "US", "routing_number": "121042882", "account_number": JWE}
HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}

_ACCOUNT = ExternalAccount(
    id="external",
    user_id="user",
    state=ExternalAccountState.LINKING,
    country="US",
    institution_number=None,
    transit_number=None,
    routing_number="121042882",
    account_number_encrypted="encrypted",
    number_fingerprint="fingerprint",
    account_last4="6789",
    account_type="checking",
    holder_type="personal",
    first_name="Ada",
    last_name="Lovelace",
    company_name=None,
    bank_name=None,
    connection_id=None,
    helix_customer_id=1001,
    customer_id="helix:1001",
    content_hash="made-by",
    sequence=0,
    version=1,
)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def an_account() -> Callable[..., ExternalAccount]:
    """An American one that the vendor has not answered for yet."""
    return lambda **fields: replace(_ACCOUNT, **fields)


@pytest.fixture
def a_canadian_link() -> Callable[..., LinkExternalAccount]:
    return lambda **fields: _link({"account": CANADIAN}, fields)


@pytest.fixture
def an_american_link() -> Callable[..., LinkExternalAccount]:
    return lambda **fields: _link({"account": AMERICAN, "helix_customer_id": 1001}, fields)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def desk(keys: Keys) -> Iterator[AccountsDesk]:
    """The whole service on a database in memory, with a Helix in memory, at noon of a Monday."""
    made = AccountsDesk(keys)
    yield made
    made.close()


def _link(of: dict[str, Any], fields: dict[str, Any]) -> LinkExternalAccount:
    made = {"external_account_id": "external", "user_id": "user", "account_type": "checking", "holder": HOLDER}
    return LinkExternalAccount.model_validate(made | of | fields)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    return migrated(SCHEMA, tmp_path / "accounts.db")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """One of each kind, migrated as in production."""
    if request.param == "sqlite":
        return SqliteStore(request.getfixturevalue("database"), {})
    address = request.getfixturevalue("postgres_databases").empty()
    unused: dict[str, Any] = {
        "kafka_bootstrap_servers": "none",
        "sealing_keys_file": tmp_path / "none",
        "vault_file": tmp_path / "none",
        "helix_url": "http://none",
        "helix_api_key": "none",
        "helix_api_secret": "no-secret",
    }
    asyncio.run(SCHEMA.migrate(Settings(database_url=address, **unused)))
    return PostgresStore(address, {})


@pytest.fixture
def connection(database: Path) -> Iterator[Connection]:
    with sqlite_connection(database) as opened:
        yield opened
