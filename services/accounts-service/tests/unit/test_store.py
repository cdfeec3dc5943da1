"""The service's own tables: rows and snapshots, what is unique, and the migrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.applied_change import AppliedChange
from accounts_service.domain.customer import Customer
from accounts_service.domain.external_account import ExternalAccount, Pending
from accounts_service.domain.payment_in_flight import PaymentInFlight
from accounts_service.domain.program import Program
from accounts_service.main import SCHEMA
from accounts_service.store.repositories import (
    ACCOUNT_USES,
    APPLIED_CHANGES,
    CUSTOMERS,
    EXTERNAL_ACCOUNTS,
    PAYMENTS,
    PROGRAMS,
    SqlReads,
)
from accounts_service.store.standings import standings
from accounts_service.store.tables import Row
from bankrails_contracts.accounts import ExternalAccountState, VerificationMethod
from bankrails_testkit.stores import comes_back, newest_migration, put, schema_differences
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

Build = Callable[..., ExternalAccount]


def test_an_account_comes_back_as_it_was(an_account: Build, noon: datetime, connection: Connection) -> None:
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
            method=VerificationMethod.TRIAL_DEPOSITS,
            tag="tag",
            nickname="Rent",
            custom_fields={"custom_field_5": "é"},
            state_at=noon,
            locked=True,
            locked_at=noon,
            lock_reason="why",
            locked_by_vendor=True,
            noc_code="C02",
            modified_at=noon,
            initiated_at=noon,
            ask_at=noon,
            expires_at=noon,
            over_limit=True,
            approved_at=noon,
            approved_by="m",
            approval_reason="r",
            pending=Pending.VERIFY,
            acts=3,
            watched=True,
            vendor_status="Verified",
            seen={"type": "Checking", "custom_fields": {}},
        ),
    )


def test_the_others_come_back_as_they_were(noon: datetime, connection: Connection) -> None:
    """Dates stay dates, and what is unknown stays unknown."""
    day = noon.date()
    comes_back(connection, CUSTOMERS, Customer("helix:1001", day, 2, "made-by", 0, 1))
    comes_back(
        connection, PROGRAMS, Program(external_accounts_max=3, verification_type="Any", content_hash="", version=1)
    )
    comes_back(connection, PAYMENTS, PaymentInFlight("payment", "external", True, "made-by", 0, 1))
    change = AppliedChange(
        "change", "external", "C01", None, "encrypted", "6789", None, None, None, None, noon, "us", day, day, "payment"
    )
    comes_back(connection, APPLIED_CHANGES, change)


def test_a_tag_belongs_to_one_account(an_account: Build, connection: Connection) -> None:
    """In the whole program, whoever's: the vendor says so, and two commands at once do not see each other."""
    put(connection, (EXTERNAL_ACCOUNTS, an_account(tag="tag")))
    with pytest.raises(IntegrityError):
        put(connection, (EXTERNAL_ACCOUNTS, an_account(id="second", user_id="another", tag="tag")))


def test_what_is_outstanding_is_what_has_not_ended(connection: Connection) -> None:
    """One payment on its way is enough, among any number that ended."""
    for number, (account, ended) in enumerate([("a", True), ("a", False), ("b", True), ("c", False)]):
        put(connection, (PAYMENTS, PaymentInFlight(str(number), account, ended)))
    assert SqlReads(connection).outstanding(["a", "b", "nobody"]) == {"a"}


def test_how_things_stand(an_account: Build, noon: datetime, connection: Connection) -> None:
    """What the gauges show: states, locks, the vendor's word against ours, and corrections that are due."""
    states = ("VERIFIED", "VERIFIED", "OVER_LIMIT", "EXPIRED")
    for number, state in enumerate(states):
        account = an_account(
            id=str(number),
            state=ExternalAccountState(state),
            number_fingerprint=None,
            locked=number == 0,
            vendor_status=("Verified", "Denied", None, "Unverified")[number],
        )
        put(connection, (EXTERNAL_ACCOUNTS, account))
    for number in range(3):
        told_at = noon if number == 0 else None
        day = noon.date().replace(day=1 + number)
        change = AppliedChange(
            str(number), "0", "C01", *(None,) * 7, noon, "us", apply_by=None if number == 2 else day, told_at=told_at
        )
        put(connection, (APPLIED_CHANGES, change))
    found = standings(connection)
    assert (found.by_state["VERIFIED"], found.by_state["OVER_LIMIT"], found.by_state["LINKING"]) == (2, 1, 0)
    assert (found.locked, found.at_odds) == (1, 1)
    assert (found.corrections_untold, found.correction_due) == (2, noon.date().replace(day=2))


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
