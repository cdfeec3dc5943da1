import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import orjson
import pytest
import structlog
from bankrails_telemetry import redaction
from bankrails_telemetry.logs import QUIET, configure_logging

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture(autouse=True)
def nothing_registered() -> Iterator[None]:
    """Registered secrets are never forgotten, which is right in a service and wrong between two tests."""
    before = list(redaction._registered)
    yield
    redaction._registered[:] = before


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Logging belongs to the process; the next test must find pytest's own again."""
    root = logging.getLogger()
    handlers, level, levels = list(root.handlers), root.level, {name: logging.getLogger(name).level for name in QUIET}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture
def lines(logging_restored: None) -> Lines:
    """Logging configured for `payments-service` at INFO; call it for the lines written so far, parsed."""
    stream = io.StringIO()
    configure_logging("payments-service", "info", stream)
    return lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]
