"""The figures as one table for a terminal, and as a page of Markdown. Medians, with the range of the rounds."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bankrails_bench import machine
from bankrails_bench.contestants import PaymentsService
from bankrails_bench.plan import Figures

COLUMNS = (
    "what",
    "semantics",
    "in flight",
    "a second",
    "of raw",
    "CPU ms each",
    "lost",
    "twice",
    "disorder",
    "after kill -9: lost",
    "twice",
)
RAW = "raw limit: the HTTP client in a bare loop"
GOALS = {
    "ratio": "at least 0.7",
    "p50": "under 25 ms",
    "p99": "under 100 ms",
    "memory": "under 150 MB",
    "ready": "under 3 s",
    "first event": "under 3 s",
}


@dataclass(frozen=True)
class Row:
    what: str
    semantics: str
    in_flight: str
    speed: str
    of_raw: str
    processor: str
    lost: str = ""
    twice: str = ""
    disorder: str = ""
    killed_lost: str = ""
    killed_twice: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(vars(self).values())


def as_text(figures: Figures) -> str:
    rows = [COLUMNS, *(row.cells for row in _rows(figures))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # Words to the left, figures to the right.
    lines = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    asides = [f"{name}: {value}" for name, value in (*_single(figures), *machine.described().items())]
    return "\n".join([*lines, "", *asides])


def as_markdown(figures: Figures, polled: Sequence[str] = ()) -> str:
    """`polled`: what polling has shown, a headline and a line for each figure."""
    plan = figures.plan
    lines = [
        "# Benchmarks",
        "",
        "Written by `.venv/bin/python tests/bench/run.py --write`; `make bench` prints the same. Trust the ratios: one",
        "machine runs the measured process, Kafka, the vendor stub and the reader together, and rivals take turns.",
        "",
        *(f"- {name}: {value}" for name, value in machine.described().items()),
        f"- rounds: {plan.rounds}, of which medians (and ranges) are given; {plan.payments:,} payments each"
        f" ({plan.payments_slow} where one call a partition is the limit), after a warm-up",
        "",
        "## Payments from command to event",
        "",
        "Clock: first command handed to Kafka to last `PaymentApproved` in Kafka, everything being there at once. The vendor",
        "stub answers after 100 ms. 40 merchants, quotas opened up; uvloop for all, no logger for any, Prometheus metrics for",
        "payments-service alone. Every client is the suite's own HTTP client, one for each merchant.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|---|" + "---:|" * (len(COLUMNS) - 2),
        *("| " + " | ".join(row.cells) + " |" for row in _rows(figures)),
        "",
        "- *lost*: not approved by any event. *twice*: debited twice or approved by two events with different ids.",
        f"- *disorder*: answers out of order among {plan.order_repeats} commands for each of {plan.order_keys} keys, while the",
        "  vendor takes 50 to 150 ms.",
        f"- *after kill -9*: killed when half of {plan.killed_payments:,} payments are approved, started again, waited for until",
        "  nothing new comes for 30 s. The baselines keep their keys apart by payment, so the vendor sees a repeat as one.",
        "",
        "## One service alone",
        "",
        *(f"- {name}: {value}" for name, value in _single(figures)),
        *(["", "## Polling", ""] if polled else []),
        *(f"- {line.strip()}" for line in polled),
        "",
    ]
    return "\n".join(lines)


def _rows(figures: Figures) -> Iterable[Row]:
    for flying, limits in figures.raw.items():
        raw = statistics.median(limit.per_second for limit in limits)
        yield Row(
            RAW,
            "no promise",
            str(flying),
            _spread([limit.per_second for limit in limits]),
            "1",
            f"{statistics.median(limit.processor_milliseconds for limit in limits):.2f}",
        )
        for (label, in_flight), _ in figures.throughput.items():
            if in_flight == flying:
                yield _row(figures, label, in_flight, raw)
    for label, in_flight in figures.throughput:
        if in_flight not in figures.raw:
            yield _row(figures, label, in_flight, None)


def _row(figures: Figures, label: str, in_flight: int, raw: float | None) -> Row:
    runs = figures.throughput[label, in_flight]
    speeds = [run.per_second for run in runs]
    killed = figures.killed.get(label)
    return Row(
        label,
        figures.semantics[label],
        str(in_flight),
        _spread(speeds),
        "" if raw is None else f"{statistics.median(speeds) / raw:.2f}",
        f"{statistics.median(run.processor_milliseconds for run in runs):.2f}",
        str(sum(run.ending.lost for run in runs)),
        str(sum(run.ending.debited_twice + run.ending.approved_twice for run in runs)),
        str(figures.order[label] + sum(run.ending.order_violations for run in runs)),
        "" if killed is None else str(killed.ending.lost),
        "" if killed is None else str(killed.ending.debited_twice + killed.ending.approved_twice),
    )


def _spread(values: Sequence[float]) -> str:
    middle = f"{statistics.median(values):,.0f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):,.0f}–{max(values):,.0f})"


def _single(figures: Figures) -> Iterable[tuple[str, str]]:
    ours = PaymentsService.label
    for flying, limits in figures.raw.items():
        raw = statistics.median(limit.per_second for limit in limits)
        speed = statistics.median(run.per_second for run in figures.throughput[ours, flying])
        yield f"share of the raw limit, {flying} in flight", f"{speed / raw:.2f} (goal: {GOALS['ratio']})"
    if (latency := figures.latency) is not None:
        at = f"at {latency.per_second:g} commands a second"
        yield f"added latency {at}, p50", f"{latency.p50_seconds * 1000:.1f} ms (goal: {GOALS['p50']})"
        yield f"added latency {at}, p99", f"{latency.p99_seconds * 1000:.1f} ms (goal: {GOALS['p99']})"
        yield (
            f"memory {at}",
            f"{latency.resident_mb:.0f} MB resident, {latency.proportional_mb:.0f} MB proportional (goal: {GOALS['memory']})",
        )
    yield "start to ready", f"{statistics.median(figures.ready_seconds):.2f} s (goal: {GOALS['ready']})"
    if (restart := figures.restart) is not None:
        yield (
            f"restart after kill -9, {restart.waiting:,} commands waiting",
            f"ready in {restart.ready_seconds:.2f} s, first event after {restart.first_event_seconds:.2f} s"
            f" (goal: {GOALS['first event']}); {restart.ending.lost} lost,"
            f" {restart.ending.debited_twice + restart.ending.approved_twice} twice",
        )
