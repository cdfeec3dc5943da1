"""A database of the release before: looks per mandate become looks per payer, and accounts find their external one."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from bankrails_messaging.recovery import open_work
from bankrails_messaging.sqlite_store import create_sqlite_engine
from bankrails_testkit.snapshots import NOON
from payments_service.domain.payer_watch import LOOKING
from payments_service.main import SCHEMA
from payments_service.store.repositories import BANK_ACCOUNTS, EXTERNAL_ACCOUNTS, MANDATES, PAYER_WATCHES
from sqlalchemy import Connection, text

MICROS = int(NOON.timestamp() * 1_000_000)
COMMON = {"content_hash": "h", "sequence": 1, "version": 2}


def insert(connection: Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES (:{', :'.join(values)})"), values)  # noqa: S608 - a test's own names


def account(connection: Connection, id: str, payer: str, holder: str) -> None:
    insert(
        connection,
        "bank_account",
        **COMMON,
        id=id,
        payer_id=payer,
        merchant_id="maple-books",
        external_account_id="x1",
        state="REGISTERED",
        country="CA",
        account_number_encrypted="e",
        account_last4="4567",
        account_type="checking",
        holder_type=holder,
        vendor_customer_id=f"50{payer}",
        vendor_bank_account_id=id,
        make_default=False,
    )


def watched(connection: Connection, mandate: str, account_id: str, age: int) -> None:
    insert(
        connection,
        "mandate",
        **COMMON,
        id=mandate,
        bank_account_id=account_id,
        merchant_id="maple-books",
        state="REQUESTED",
        vendor_mandate_id=mandate,
        requested_at=MICROS - age,
    )
    insert(
        connection,
        "work",
        id=f"work-{mandate}",
        key=mandate,
        kind="watch_mandate",
        payload='{"merchant_id": "maple-books"}',
        budget="b",
        lane=2,
        causation_id="c",
        correlation_id="c",
        state="due",
        due_at=MICROS,
        attempts=0,
        doubtful=False,
        clean_look_ups=0,
        keys_used=0,
    )


def test_looks_per_mandate_become_one_per_payer_and_accounts_meet_their_external_account(tmp_path: Path) -> None:
    """A request that nobody looked at any more would never be known as accepted."""
    engine = create_sqlite_engine(tmp_path / "old.db")
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    with engine.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for id, payer, holder in (("a1", "1", "personal"), ("a2", "1", "business"), ("a3", "2", "personal")):
            account(connection, id, payer, holder)
        for mandate, account_id, age in (("m1", "a1", 9), ("m2", "a2", 5), ("m3", "a3", 7)):
            watched(connection, mandate, account_id, age)
        connection.commit()
    with engine.connect() as connection:
        SCHEMA.upgrade(connection)
    with engine.connect() as connection:
        looks = {row.key: (row.id, row.kind, row.payload) for row in open_work(connection)}
        watches = PAYER_WATCHES.get_many(connection, ["1", "2"])
        external = EXTERNAL_ACCOUNTS.get_many(connection, ["x1"])["x1"]
        kinds = {name: each.kind for name, each in MANDATES.get_many(connection, ["m1", "m2"]).items()}
        accounts = BANK_ACCOUNTS.get_many(connection, ["a1"])
    engine.dispose()
    asked = {"merchant_id": "maple-books", "payer_id": "1", "vendor_customer_id": "501", "round": 1}
    assert looks["1"] == ("work-m2", "look_at_mandates", asked)
    assert set(looks) == {"1", "2"}
    assert {(each.state, each.round) for each in watches.values()} == {(LOOKING, 1)}
    assert external.bank_accounts == ["a1", "a2", "a3"]
    assert kinds == {"m1": "personal", "m2": "business"}
    assert (accounts["a1"].disabled_for, accounts["a1"].why_not_debitable) == ([], None)
