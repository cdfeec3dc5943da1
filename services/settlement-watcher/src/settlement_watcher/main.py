"""settlement-watcher as a process."""

from collections.abc import Sequence
from pathlib import Path

from bankrails_messaging.stops import Probe, unwatched
from bankrails_service.main import Definition, run_service
from bankrails_service.schema import Schema

from settlement_watcher.settings import Settings
from settlement_watcher.wiring import NAME, service

SCHEMA = Schema("settlement_watcher", Path(__file__).parent / "migrations", head="0006")


def main(arguments: Sequence[str] = (), probe: Probe = unwatched) -> int:
    """`[migrate]`. The process's exit status: 0 after a stop, 2 when a setting or what it names cannot be used."""
    return run_service(Definition(NAME, Settings, SCHEMA, service), arguments, probe)
