"""Whole suites, each with a Kafka of its own; the one that several tests look at keeps its state in PostgreSQL."""

import asyncio
from collections.abc import Iterator

import pytest
from bankrails_cli import demonstration
from bankrails_cli.demonstration import Performance
from bankrails_cli.output import Output
from bankrails_cli.services import SERVICES
from bankrails_cli.stories import canada
from bankrails_cli.suite import Suite
from bankrails_testkit.databases import PostgresDatabases
from bankrails_testkit.fixtures import postgres_databases, postgres_server

__all__ = ["postgres_databases", "postgres_server", "told"]


@pytest.fixture(scope="session")
def told(postgres_databases: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Performance]:
    """The Canadian story, told to its end on a suite that still runs; what tests send it has ids of their own."""
    databases = {program.name: postgres_databases.empty() for program in SERVICES}
    folder = tmp_path_factory.mktemp("suite")
    with Suite(folder, virtual_start=demonstration.VIRTUAL_START, database_urls=databases) as suite:
        yield asyncio.run(demonstration.tell(Output(as_json=True), suite, canada.CHAPTERS))
