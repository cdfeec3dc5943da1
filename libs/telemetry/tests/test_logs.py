import asyncio
import io
import logging
import subprocess
import sys
import textwrap
import threading
import warnings
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
import pytest
import structlog
from bankrails_telemetry.logs import configure_logging, log_context, watch_loop
from bankrails_telemetry.redaction import redact_value


class Lines(Protocol):
    def __call__(self) -> list[dict[str, Any]]: ...


def run(program: str) -> tuple[list[dict[str, Any]], str]:
    """The lines and the standard error of a fresh interpreter, for what ends one."""
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=30, check=False
    )
    return [orjson.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def test_an_event_is_one_line_of_json_with_time_level_and_service(lines: Lines) -> None:
    """Readers parse lines; these four fields are what they filter on."""
    structlog.get_logger().info("payment.returned", code="901", when=datetime(2026, 11, 20, tzinfo=UTC))
    [line] = lines()
    assert list(line)[:4] == ["timestamp", "level", "service", "event"]
    assert (line["level"], line["service"], line["event"]) == ("info", "payments-service", "payment.returned")
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC
    assert line["when"] == "2026-11-20T00:00:00Z"


async def test_bound_ids_follow_into_tasks_and_end_with_the_block(lines: Lines) -> None:
    """One payment is followed through a log of many by its ids; a stale id would send the reader to another payment."""

    async def work() -> None:
        structlog.get_logger().info("inside")
        logging.getLogger("aiokafka").warning("foreign")

    with log_context(message_id="m1", correlation_id="c1", causation_id=None):
        await asyncio.create_task(work())
    structlog.get_logger().info("outside")
    inside, foreign, outside = lines()
    for line in (inside, foreign):
        assert (line["message_id"], line["correlation_id"]) == ("m1", "c1")
        assert "causation_id" not in line
    assert "message_id" not in outside


def test_lower_levels_write_nothing_and_do_not_even_look_at_their_arguments(lines: Lines) -> None:
    """Debug lines stay in hot code only if they cost nothing."""

    class Expensive:
        def __str__(self) -> str:
            raise AssertionError("rendered")

    log = structlog.get_logger()
    log.debug("hot.path", thing=Expensive())
    logging.getLogger("somewhere").debug("%s", Expensive())
    assert lines() == []


def test_an_unknown_level_is_refused_at_start(logging_restored: None) -> None:
    """A misspelt level that meant silence would be noticed on the day when the log is needed."""
    with pytest.raises(ValueError, match="VERBOSE"):
        configure_logging("x", "VERBOSE")
    with pytest.raises(ValueError, match="NOTSET"):
        configure_logging("x", "NOTSET")


def test_foreign_libraries_go_through_the_same_redaction(lines: Lines) -> None:
    """They are the ones that log a URL with a token, or a record that could not be decoded."""
    redact_value("tok-abcdefghijkl")
    logging.getLogger("aiokafka.consumer").warning("cannot decode %s for %s", "000123456789", "tok-abcdefghijkl")
    [line] = lines()
    assert line["event"] == "cannot decode ***6789 for ***ijkl"
    assert (line["logger"], line["level"]) == ("aiokafka.consumer", "warning")


def test_libraries_that_log_secrets_on_lower_levels_stay_quiet_even_at_debug(logging_restored: None) -> None:
    """httpx logs each URL at INFO, SQLAlchemy each parameter; somebody will turn on DEBUG in production one night."""
    stream = io.StringIO()
    configure_logging("x", "DEBUG", stream)
    logging.getLogger("httpx").info("GET https://api.example/?token=…")
    logging.getLogger("sqlalchemy.engine.Engine").info("('secret',)")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("how", ["exception", "exc_info", "stdlib"])
def test_a_traceback_is_one_field_without_secrets_and_without_local_variables(lines: Lines, how: str) -> None:
    """The cause chain is what finds the bug; the locals are where the password was."""
    password = "hunter2-locals"  # noqa: F841 - a local that must not be shown
    try:
        try:
            raise ValueError("account 000123456789")
        except ValueError as error:
            raise RuntimeError("token=abcdefghijklmnop") from error
    except RuntimeError as error:
        match how:
            case "exception":
                structlog.get_logger().exception("bug")
            case "exc_info":
                structlog.get_logger().error("bug", exc_info=error)
            case _:
                logging.getLogger("x").exception("bug")
    [line] = lines()
    assert line["level"] == "error"
    assert "ValueError: account ***6789" in line["exception"]
    assert "direct cause" in line["exception"]
    assert "token=<redacted>" in line["exception"]
    assert "exc_info" not in line
    assert not any(secret in str(line) for secret in ("hunter2", "123456789", "abcdefghijklmnop'"))


def test_a_foreign_format_string_that_does_not_fit_is_still_a_line() -> None:
    """The standard library would print the arguments to standard error, around the redaction."""
    [line], standard_error = run("""
        import logging
        from bankrails_telemetry.logs import configure_logging
        configure_logging("x")
        logging.getLogger("x").error("bad %d", "hunter2")
    """)
    assert line["event"] == "bad %d (its arguments do not fit: TypeError)"
    assert standard_error == ""


def test_what_json_cannot_carry_is_still_a_line(lines: Lines) -> None:
    """An integer beyond 64 bits and half a surrogate pair are rare, and rare is when the log is read."""
    log = structlog.get_logger()
    log.info("big", number=2**70)
    log.info("half", text="a\ud800b", **{"k\ud800": 1})
    assert [line["event"] for line in lines()] == ["'big'", "'half'"]


def test_warnings_are_log_lines(lines: Lines) -> None:
    """A deprecation on standard error breaks whoever parses the output."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    [line] = lines()
    assert "old way" in line["event"]


async def test_an_exception_that_no_tasks_owner_retrieved_is_logged(lines: Lines) -> None:
    """It is the one that asyncio prints, with the exception's text, when the garbage collector happens by."""
    watch_loop()
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": ValueError("account 000123456789")}
    )
    [line] = lines()
    assert (line["event"], line["level"]) == ("loop.uncaught", "error")
    assert "ValueError: account ***6789" in line["exception"]


def test_a_threads_last_words_are_logged(lines: Lines) -> None:
    """SQLite runs in one."""

    def fail() -> None:
        raise ValueError("account 000123456789")

    thread = threading.Thread(target=fail, name="writer")
    thread.start()
    thread.join()
    [line] = lines()
    assert (line["event"], line["thread"]) == ("thread.uncaught", "writer")
    assert "***6789" in line["exception"]


def test_a_processs_last_words_are_one_redacted_line_on_standard_output() -> None:
    """Start-up failures name settings, and settings hold passwords."""
    lines, standard_error = run("""
        from bankrails_telemetry.logs import configure_logging
        configure_logging("x")
        raise RuntimeError("cannot reach postgresql://me:s3cr3t@db/x")
    """)
    assert [line["event"] for line in lines] == ["process.uncaught"]
    assert lines[0]["exception"].endswith("RuntimeError: cannot reach postgresql://***@db/x")
    assert standard_error == ""


def test_lines_lost_to_a_full_disk_stop_nobody_and_are_counted(logging_restored: None) -> None:
    """A payment half-way through must not fail because its log line did."""

    class Full(io.StringIO):
        full = True

        def write(self, text: str) -> int:
            if self.full:
                raise OSError(28, "No space left on device")
            return super().write(text)

    stream = Full()
    configure_logging("x", "INFO", stream)
    log = structlog.get_logger()
    log.info("one")
    log.info("two")
    stream.full = False
    log.info("three")
    log.info("four")
    three, four = (orjson.loads(line) for line in stream.getvalue().splitlines())
    assert (three["event"], three["lost_lines"]) == ("three", 2)
    assert "lost_lines" not in four
