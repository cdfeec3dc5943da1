"""`make bench`: speed, latency and memory of payments-service beside their limits and alternatives, and the calls that
settlement-watcher makes, in one run.

Checked is that no payment was lost, made twice or answered out of order, and that polling meets no limit and misses
nothing: else the status is 1. Real times are told, never checked. Status 3 means that no real Kafka can be started here,
and but for the polling nothing was measured.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")]))

import structlog  # noqa: E402
from bankrails_bench import plan, polling, report  # noqa: E402
from bankrails_local_kafka import JarsUnavailable  # noqa: E402

DOCUMENT = HERE.parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    parser = argparse.ArgumentParser(description="payments-service beside its limits and alternatives")
    parser.add_argument("--quick", action="store_true", help="a tiny run that proves the benchmark, not the speed")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=DOCUMENT, metavar="PATH", help="also as Markdown; docs/benchmarks.md"
    )
    parser.add_argument("--rounds", type=int, help="how often the speeds are measured")
    given = parser.parse_args()
    asked = plan.QUICK if given.quick else plan.FULL
    if given.rounds:
        asked = replace(asked, rounds=given.rounds)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # At a tiny size test_polling.py runs it.
    polled = None if given.quick else asyncio.run(polling.run(polling.FULL, say=_say))
    polled_lines = [] if polled is None else polled.lines()
    print("\n".join(polled_lines))
    try:
        with tempfile.TemporaryDirectory(prefix="bankrails-bench-") as folder:
            _keep_bytecode(Path(folder) / "bytecode")
            figures = plan.run(Path(folder), asked, say=_say)
    except JarsUnavailable as missing:
        print(f"not measured: a broker that keeps its records is needed, and {missing}", file=sys.stderr)
        return 3
    print(report.as_text(figures))
    if given.write:
        given.write.write_text(report.as_markdown(figures, polled_lines), encoding="utf-8")
    faults = [*figures.faults(), *([] if polled is None else polled.faults())]
    for fault in faults:
        print(f"wrong: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _keep_bytecode(folder: Path) -> None:
    """Start like an installation, whose modules are compiled; the first start of all compiles and is not counted."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


def _say(line: str) -> None:
    print(f"… {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
