"""accounts-service as a process."""

from collections.abc import Sequence
from pathlib import Path

from bankrails_messaging.stops import Probe, unwatched
from bankrails_service.main import Definition, run_service
from bankrails_service.schema import Schema

from accounts_service.settings import Settings
from accounts_service.wiring import NAME, service

SCHEMA = Schema("accounts_service", Path(__file__).parent / "migrations", head="0002")


def main(arguments: Sequence[str] = (), probe: Probe = unwatched) -> int:
    """`[migrate]`. The process's exit status: 0 after a stop, 2 when a setting or what it names cannot be used."""
    return run_service(Definition(NAME, Settings, SCHEMA, service), arguments, probe)
