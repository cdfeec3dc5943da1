"""The service's own parts on a real store, whatever stands in for the vendors, on a clock held by hand."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from auth_service import wiring
from auth_service.handlers.sealed_fields import OpenSealed
from auth_service.main import SCHEMA
from auth_service.store.rechecks import rechecks
from auth_service.store.repositories import REPOSITORIES, SqlReads
from auth_service.vendor.calls import Logins, SealToAccounts, login_calls
from bankrails_clock import ManualClock
from bankrails_contracts.auth import CommandParked, CommandRefused
from bankrails_contracts.message import Service
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_sealing import Vault
from bankrails_testkit.engine import START, Engine
from bankrails_testkit.stores import migrated


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A migrated SQLite file."""
    return migrated(SCHEMA, tmp_path / "auth.db")


@pytest.fixture
def open_engine(database: Path, tmp_path: Path) -> Callable[..., Engine]:
    Vault.generate(tmp_path / "vault.json")
    vault = Vault.load(tmp_path / "vault.json")

    def fingerprint(text: str) -> str:
        return vault.fingerprint(text, context=wiring.CHALLENGE_CONTEXT)

    def build(
        vendors: Mapping[str, Any], opened: OpenSealed, *, seal_to_accounts: SealToAccounts | None = None, **more: Any
    ) -> Engine:
        """`vendors`: what logs people in, by vendor; `more`: as of the engine."""
        clock = ManualClock(START)
        logins = {
            name: Logins(vendor, clock, opened, fingerprint, seal_to_accounts) for name, vendor in vendors.items()
        }
        return Engine(
            SqliteStore(database, rechecks(clock)),
            clock=clock,
            handlings=wiring.handlings(opened, ("CA", "US")),
            answerings=wiring.ANSWERINGS,
            calls=login_calls(logins),
            service=Service.AUTH,
            repositories=REPOSITORIES,
            reads=SqlReads,
            refused=CommandRefused,
            parked=CommandParked,
            **more,
        )

    return build
