"""Settings → wiring → run; nothing else."""

import json
import sys
from collections.abc import Sequence

import uvloop
from bankrails_clock.remote import ClockUnreachable
from bankrails_messaging.start import StartRefused
from bankrails_messaging.stops import Probe, unwatched
from bankrails_sealing import SealError
from bankrails_telemetry.logs import configure_logging, watch_loop
from bankrails_telemetry.tracing import configure_tracing
from pydantic import ValidationError

from payments_service.merchants_file import MerchantsUnusable
from payments_service.schema import bring_up_to_date, migrate
from payments_service.settings import Settings
from payments_service.wiring import service

SERVICE = "payments-service"


def main(arguments: Sequence[str] = (), probe: Probe = unwatched) -> int:
    """`[migrate]`. The process's exit status: 0 after a stop, 2 when a setting or what it names cannot be used."""
    if list(arguments) not in ([], ["migrate"]):
        print(f"usage: python -m payments_service [migrate]; not {' '.join(arguments)!r}", file=sys.stderr)
        return 2
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "PAYMENTS_" + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{SERVICE}: {name}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logging(SERVICE, settings.log_level)
    flush_traces = configure_tracing(SERVICE)
    try:
        uvloop.run(migrate(settings) if arguments else _run(settings, probe))
    except (ClockUnreachable, MerchantsUnusable, SealError, StartRefused) as error:
        print(f"{SERVICE}: {error}", file=sys.stderr)
        return 2
    finally:
        flush_traces()
    return 0


async def _run(settings: Settings, probe: Probe) -> None:
    watch_loop()
    await bring_up_to_date(settings)

    def ready(address: str) -> None:
        if settings.ready_file is not None:
            settings.ready_file.write_text(json.dumps({"address": address}))

    async with service(settings, probe=probe) as running:
        await running.run(ready)
