"""What earlier releases stored, after the migrations of this one."""

from pathlib import Path

from accounts_service.main import SCHEMA
from accounts_service.store.repositories import EXTERNAL_ACCOUNTS
from alembic import command
from alembic.config import Config
from bankrails_testkit.stores import sqlite_connection

COLUMNS = (
    "id, user_id, state, country, institution_number, transit_number, routing_number, account_number_encrypted,"
    " number_fingerprint, account_last4, account_type, holder_type, first_name, last_name, company_name, bank_name,"
    " connection_id, helix_customer_id, helix_external_account_id, content_hash, sequence, version"
)
AMERICAN = "'us', 'ada', 'VERIFIED', 'US', NULL, NULL, '121042882', 'e', 'f1', '6789', 'checking', 'personal', 'A', 'L'"
CANADIAN = "'ca', 'bob', 'VERIFIED', 'CA', '001', '12345', NULL, 'e', 'f2', '4567', 'checking', 'personal', 'B', 'M'"


def test_accounts_of_the_first_release_are_whole_after_the_second(tmp_path: Path) -> None:
    """Whose limit they count in, how they were proven, and the tag under which the vendor knows them."""
    path = tmp_path / "accounts.db"
    with sqlite_connection(path) as connection:
        config = Config()
        config.set_main_option("script_location", str(SCHEMA.migrations))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for values in (f"{AMERICAN}, NULL, NULL, NULL, 1001, '4001'", f"{CANADIAN}, NULL, NULL, 'login', 7, NULL"):
            connection.exec_driver_sql(f"INSERT INTO external_account ({COLUMNS}) VALUES ({values}, 'h', 2, 2)")  # noqa: S608 - constants
        connection.commit()
        SCHEMA.upgrade(connection)
    with sqlite_connection(path) as connection:
        found = EXTERNAL_ACCOUNTS.get_many(connection, ["us", "ca"])
    american, canadian = found["us"], found["ca"]
    assert (american.customer_id, american.method, canadian.customer_id, canadian.method) == (
        "helix:1001",
        "attested",
        "user:bob",
        "bank_login",
    )
    assert (american.tag, canadian.tag) == ("bankrails-79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b", None)
    assert (american.custom_fields, american.seen, american.watched, american.pending) == ({}, None, False, "")
