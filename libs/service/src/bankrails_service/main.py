"""Settings → wiring → run; nothing else. A service's own `main` names its Definition and calls this."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

import uvloop
from bankrails_clock.membership import JoinRefused
from bankrails_clock.remote import ClockUnreachable
from bankrails_messaging.service import RunningService
from bankrails_messaging.start import StartRefused
from bankrails_messaging.stops import Probe, unwatched
from bankrails_sealing import SealError
from bankrails_telemetry.logs import configure_logging, watch_loop
from bankrails_telemetry.tracing import configure_tracing
from pydantic import ValidationError
from pydantic_settings import SettingsError

from bankrails_service.schema import Schema
from bankrails_service.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Definition(Generic[S]):
    name: str
    """As in logs and metrics: `payments-service`."""
    settings: type[S]
    schema: Schema
    build: Callable[[S, Probe], AbstractAsyncContextManager[RunningService]]


def run_service(definition: Definition[S], arguments: Sequence[str] = (), probe: Probe = unwatched) -> int:
    """`[migrate]`. The process's exit status: 0 after a stop, 2 when a setting or what it names cannot be used."""
    name, package = definition.name, definition.schema.package
    if list(arguments) not in ([], ["migrate"]):
        print(f"usage: python -m {package} [migrate]; not {' '.join(arguments)!r}", file=sys.stderr)
        return 2
    try:
        settings = definition.settings()
    except SettingsError as error:
        # A list or a mapping is written as JSON; the library names the field and keeps its text to itself.
        print(f"{name}: {str(error).replace(chr(10), ' ')}: lists are written as JSON", file=sys.stderr)
        return 2
    except ValidationError as error:
        prefix = definition.settings.model_config.get("env_prefix", "")
        for problem in error.errors(include_url=False, include_input=False):
            setting = prefix + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {setting}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logging(name, settings.log_level)
    flush_traces = configure_tracing(name)
    try:
        uvloop.run(definition.schema.migrate(settings) if arguments else _run(definition, settings, probe))
    except (ClockUnreachable, JoinRefused, SealError, StartRefused) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    finally:
        flush_traces()
    return 0


async def _run(definition: Definition[S], settings: S, probe: Probe) -> None:
    watch_loop()
    await definition.schema.bring_up_to_date(settings)

    def ready(address: str) -> None:
        if settings.ready_file is not None:
            settings.ready_file.write_text(json.dumps({"address": address}))

    async with definition.build(settings, probe) as running:
        await running.run(ready)
