"""One JSON object per line on standard output: ours, foreign libraries' and the interpreter's last words alike.

Whatever is logged goes through the same chain, so nothing can be logged around the redaction:

    structlog.get_logger().info("payment.returned", code="901")
    logging.getLogger("aiokafka").warning(...)                  ├──▶ bound ids ▶ stamp ▶ traceback ▶ redaction ▶ JSON
    an uncaught exception, in a thread or on the event loop too

Levels below the configured one are methods that do nothing. A traceback is written without the values of local
variables: that is where secrets are.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor

from bankrails_telemetry.redaction import clean_fields, clean_text

# Their lower levels repeat request URLs, statement parameters or every fetch. Never more talkative than this.
QUIET: Final = {
    "aiohttp.access": logging.WARNING,
    "aiokafka": logging.WARNING,
    "alembic": logging.WARNING,
    "aiosqlite": logging.INFO,
    "asyncio": logging.INFO,
    "faststream": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpcore2": logging.WARNING,
    "httpx": logging.WARNING,
    "httpx2": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}
# Readers filter on five words.
_SPOKEN: Final = {"exception": "error", "warn": "warning", "fatal": "critical"}
_METHODS: Final = (
    (logging.CRITICAL, "critical"),
    (logging.ERROR, "error"),
    (logging.WARNING, "warning"),
    (logging.INFO, "info"),
)


def configure_logging(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Once per process, before anything is logged. `stream` defaults to standard output.

    `level` is one of DEBUG, INFO, WARNING, ERROR, CRITICAL in any case; ValueError otherwise.
    """
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if not threshold:
        raise ValueError(f"log level {level!r} is none of DEBUG, INFO, WARNING, ERROR, CRITICAL")
    chain: list[Processor] = [merge_contextvars, _Stamp(service), _exception_as_text, _redact, _render]
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=_Lines(stream or sys.stdout),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_IntoTheSameChain()]
    root.setLevel(threshold)
    for name, most_talkative in QUIET.items():
        logging.getLogger(name).setLevel(max(threshold, most_talkative))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def watch_loop(loop: asyncio.AbstractEventLoop | None = None) -> None:
    """What the event loop would print to standard error (an exception that no task's owner retrieved) is logged."""
    (loop or asyncio.get_running_loop()).set_exception_handler(_uncaught_on_loop)


@contextmanager
def log_context(**ids: str | None) -> Iterator[None]:
    """Binds ids (message_id, correlation_id, causation_id, aggregate_id, trace_id) to every line logged inside.

    Also in tasks created inside, for contextvars are copied to them. None means: leave it out.
    """
    with bound_contextvars(**{name: value for name, value in ids.items() if value is not None}):
        yield


class _Stamp:
    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, logger: object, method: str, event: EventDict) -> EventDict:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        level = _SPOKEN.get(method, method)
        return {"timestamp": now, "level": level, "service": self._service, "event": event.pop("event", ""), **event}


def _exception_as_text(logger: object, method: str, event: EventDict) -> EventDict:
    match event.pop("exc_info", None):
        case BaseException() as error:
            event["exception"] = _traceback(error)
        case (_, BaseException() as error, _):
            event["exception"] = _traceback(error)
        case True if (current := sys.exception()) is not None:
            event["exception"] = _traceback(current)
    return event


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)).rstrip()


def _redact(logger: object, method: str, event: EventDict) -> EventDict:
    return clean_fields(event)


def _render(logger: object, method: str, event: EventDict) -> str:
    try:
        return orjson.dumps(event, option=orjson.OPT_UTC_Z).decode()
    except TypeError:  # an integer beyond 64 bits, or half a surrogate pair
        return orjson.dumps({ascii(name)[1:-1]: clean_text(ascii(value)) for name, value in event.items()}).decode()


class _Lines:
    """Factory and logger in one, for there is one stream. Lines are flushed: the last ones before a crash matter most.

    A full disk or a closed pipe must not stop a payment half-way, so a line that cannot be written is dropped, and the
    next one that can says how many were.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = 0

    def __call__(self, *names: object) -> "_Lines":
        return self

    def msg(self, line: str) -> None:
        if self._lost:
            line = f'{line[:-1]},"lost_lines":{self._lost}}}'
        try:
            self._stream.write(line + "\n")  # one call, so that two threads' lines do not mingle
            self._stream.flush()
        except (OSError, ValueError):  # ValueError: the stream was closed
            self._lost += 1
        else:
            self._lost = 0

    debug = info = warning = warn = error = exception = critical = fatal = msg


class _IntoTheSameChain(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self._log = structlog.get_logger()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception as error:  # a foreign library's bad format string must not take the service down
            message = f"{record.msg} (its arguments do not fit: {type(error).__name__})"
        method = next((name for floor, name in _METHODS if record.levelno >= floor), "debug")
        getattr(self._log, method)(message, logger=record.name, exc_info=record.exc_info)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().critical("process.uncaught", exc_info=error)


def _uncaught_in_thread(details: threading.ExceptHookArgs) -> None:
    if not issubclass(details.exc_type, SystemExit):
        name = details.thread.name if details.thread else None
        structlog.get_logger().critical("thread.uncaught", exc_info=details.exc_value, thread=name)


def _unraisable(details: "sys.UnraisableHookArgs") -> None:
    structlog.get_logger().error("process.unraisable", exc_info=details.exc_value, where=details.err_msg)


def _uncaught_on_loop(loop: asyncio.AbstractEventLoop, details: dict[str, Any]) -> None:
    error = details.get("exception")
    structlog.get_logger().error("loop.uncaught", message=details.get("message"), exc_info=error)
