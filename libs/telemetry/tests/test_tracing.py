import os
import subprocess
import sys
import textwrap

import orjson
import pytest
from bankrails_telemetry.tracing import inject, span, trace_id_of

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("flags", ["00", "01"])
def test_without_an_sdk_the_incoming_traceparent_is_passed_on_unchanged(flags: str) -> None:
    """Somebody else's trace goes through us; it must come out where it came in, with its sampling decision."""
    traceparent = TRACEPARENT[:-2] + flags
    with span("CollectPayment", traceparent, payment_id="p1") as outgoing:
        assert outgoing == inject() == traceparent
        with span("helcim.withdraw") as inner:
            assert inner == traceparent
    assert inject() is None


@pytest.mark.parametrize(
    "traceparent", [None, "", "hello", TRACEPARENT[:-1], "00-" + "0" * 32 + TRACEPARENT[35:], "é" * 600]
)
def test_a_missing_or_malformed_traceparent_is_no_trace_and_no_error(traceparent: str | None) -> None:
    """A header that nobody needs to move money must not refuse the command."""
    with span("CollectPayment", traceparent) as outgoing:
        assert outgoing is None
    assert trace_id_of(traceparent) is None


def test_the_trace_id_is_readable_for_the_log() -> None:
    """It joins a log line to its trace."""
    assert trace_id_of(TRACEPARENT) == "0af7651916cd43dd8448eb211c80319c"


def test_an_exception_leaves_a_span_as_it_was() -> None:
    """Tracing is a witness."""
    with pytest.raises(ValueError, match="it was me"), span("x", TRACEPARENT):
        raise ValueError("it was me")
    assert inject() is None


def configured(environment: dict[str, str], *, without_sdk: bool = False) -> list[str]:
    program = f"""
        import sys
        if {without_sdk}:
            sys.modules["opentelemetry.sdk"] = None  # as if it were not installed
        from bankrails_telemetry.logs import configure_logging
        from bankrails_telemetry.tracing import configure_tracing
        configure_logging("x")
        configure_tracing("x")()
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env={**{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}, **environment},
    )
    assert ran.stderr == ""
    return [f"{line['level']} {line['event']}" for line in map(orjson.loads, ran.stdout.splitlines())]


def test_an_endpoint_without_an_sdk_is_said_once_and_clearly() -> None:
    """Whoever set the variable believes that traces arrive."""
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    assert configured(environment, without_sdk=True) == ["warning tracing.not_exported"]


def test_without_an_endpoint_tracing_is_silent() -> None:
    """The default is no collector, and that is no event."""
    assert configured({}) == []


SDK_PROGRAM = """
    import http.server, os, threading
    received = []
    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
        def log_message(self, *words): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
    from bankrails_telemetry.tracing import configure_tracing, span
    flush = configure_tracing("payments-service")
    incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    try:
        with span("CollectPayment", incoming, account_number="000123456789") as outgoing:
            assert outgoing != incoming and outgoing[:36] == incoming[:36], outgoing
            with span("helcim.withdraw") as inner:
                assert inner != outgoing and inner[:36] == incoming[:36], inner
            raise ValueError("account 000123456789")
    except ValueError:
        pass
    flush()
    body = b"".join(received)
    assert b"CollectPayment" in body and b"ValueError" in body and b"***6789" in body
    assert b"000123456789" not in body
"""


def test_with_an_sdk_spans_are_exported_in_the_incoming_trace_and_hold_no_account_number() -> None:
    """A collector is one more place to look for secrets, and the one that is looked at least."""
    pytest.importorskip("opentelemetry.sdk", reason="the OpenTelemetry SDK is not installed")
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the OTLP exporter is not installed")
    subprocess.run([sys.executable, "-c", textwrap.dedent(SDK_PROGRAM)], timeout=60, check=True)
