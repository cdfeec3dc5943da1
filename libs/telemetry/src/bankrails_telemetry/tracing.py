"""W3C trace context, carried through messages: the `traceparent` that came in is the parent of what goes out.

With no SDK configured nothing is recorded, and the incoming `traceparent` is handed on as it is: a trace that passes
through this suite does not end in it. Instrumentation is explicit, around messages and vendor calls; the automatic kind
for asyncio holds on to aiokafka's tasks (aiokafka issue 1100).

Spans carry ids and names. Exceptions are noted by their type alone, and attributes pass the log's redaction: a
collector is one more place where an account number must not turn up.
"""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bankrails_telemetry.redaction import clean_fields

ENDPOINT_VARIABLE: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"

_propagator: Final = TraceContextTextMapPropagator()
_tracer: Final = trace.get_tracer("bankrails")
_log = structlog.get_logger()


def configure_tracing(service: str) -> Callable[[], None]:
    """Sets up export when OTEL_EXPORTER_OTLP_ENDPOINT is set and the SDK is installed; says so when only the first is.

    Returns what to call at the very end: it sends what is still waiting. Blocks for up to the exporter's timeout
    (OTEL_EXPORTER_OTLP_TIMEOUT, 10 s), so not on the event loop.
    """
    endpoint = os.environ.get(ENDPOINT_VARIABLE)
    if not endpoint:
        return _nothing
    try:
        # By name: the SDK is not a dependency, and costs 20 MB that most installations need not spend.
        resources: Any = importlib.import_module("opentelemetry.sdk.resources")
        sdk: Any = importlib.import_module("opentelemetry.sdk.trace")
        export: Any = importlib.import_module("opentelemetry.sdk.trace.export")
        otlp: Any = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError as error:
        _log.warning("tracing.not_exported", because="the SDK is not installed", missing=error.name)
        return _nothing
    provider = sdk.TracerProvider(resource=resources.Resource.create({"service.name": service}))
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    _log.info("tracing.configured", endpoint=endpoint)
    shutdown: Callable[[], None] = provider.shutdown
    return shutdown


def extract(traceparent: str | None) -> Context:
    """An empty context when there is none, or when it is malformed: a sender's mistake here refuses no message."""
    return _propagator.extract({"traceparent": traceparent} if traceparent else {}, context=Context())


def inject() -> str | None:
    """The `traceparent` of the current span; None when there is no trace."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def trace_id_of(traceparent: str | None) -> str | None:
    """32 hex digits, for the log; None when there is no valid trace."""
    context = trace.get_current_span(extract(traceparent)).get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


@contextmanager
def span(
    name: str, traceparent: str | None = None, *, kind: SpanKind = SpanKind.INTERNAL, **attributes: str | int | bool
) -> Iterator[str | None]:
    """Yields the `traceparent` for messages and calls caused inside.

    Without one of its own it is a child of the span around it; without that, a new trace. An exception that leaves it
    marks it as failed.
    """
    if traceparent is None and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        yield inject()  # nobody records and nothing came in: what is around us, if anything, goes on
        return
    with _recorded(name, traceparent, kind, attributes) as caused:
        yield caused


@contextmanager
def _recorded(
    name: str, traceparent: str | None, kind: SpanKind, attributes: Mapping[str, str | int | bool]
) -> Iterator[str | None]:
    recording = _tracer.start_as_current_span(
        name,
        context=extract(traceparent) if traceparent else None,
        kind=kind,
        record_exception=False,
        set_status_on_exception=False,
    )
    with recording as current:
        if current.is_recording():
            current.set_attributes({key: _attribute(value) for key, value in clean_fields(attributes).items()})
        try:
            yield inject()
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _attribute(value: object) -> str | int | bool:
    return value if isinstance(value, str | int | bool) else str(value)


def _nothing() -> None:
    pass
