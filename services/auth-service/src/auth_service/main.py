"""Settings → wiring → run; nothing else."""

from collections.abc import Sequence
from pathlib import Path

from bankrails_messaging.stops import Probe, unwatched
from bankrails_service.main import Definition, run_service
from bankrails_service.schema import Schema

from auth_service.settings import Settings
from auth_service.wiring import NAME, service

SCHEMA = Schema("auth_service", Path(__file__).parent / "migrations", "0001")
DEFINITION = Definition(NAME, Settings, SCHEMA, service)


def main(arguments: Sequence[str] = (), probe: Probe = unwatched) -> int:
    """`[migrate]`. The process's exit status."""
    return run_service(DEFINITION, arguments, probe)
