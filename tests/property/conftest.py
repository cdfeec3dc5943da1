"""Migrated databases to copy, and how long the run is to be."""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import structlog
from bankrails_contracts.message import Service
from bankrails_testkit.databases import schema_of
from bankrails_testkit.stores import migrated

EXAMPLES = "BANKRAILS_PROPERTY_EXAMPLES"
"""`make property` sets it. Without it the run is short, and the same each time."""
PACKAGES = {Service.PAYMENTS: "payments_service", Service.SETTLEMENT: "settlement_watcher"}


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Service, Path]:
    folder = tmp_path_factory.mktemp("templates")
    return {service: migrated(schema_of(package), folder / f"{service}.db") for service, package in PACKAGES.items()}


@pytest.fixture
def examples() -> int | None:
    """How many stories; None for the short run."""
    return int(os.environ[EXAMPLES]) if EXAMPLES in os.environ else None


@pytest.fixture
def quiet_logs() -> Iterator[None]:
    """Thousands of lines for each story would bury the steps of the one that fails."""
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL), cache_logger_on_first_use=False
    )
    yield
    structlog.configure(**before)
