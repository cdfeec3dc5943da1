import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bankrails_local_kafka.errors import JarsUnavailable
from bankrails_local_kafka.jars import verified_jars
from bankrails_local_kafka.pins import read_lock

DEADLINE_SECONDS = 20


@pytest.fixture(scope="session")
def kafka_jars() -> list[Path]:
    """The verified class path; what needs a real broker is skipped, with the reason, where it cannot be had."""
    try:
        return verified_jars(read_lock())
    except JarsUnavailable as missing:
        pytest.skip(f"needs a broker that keeps its records: {missing}")


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits for a state, with a deadline that only a defect reaches."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "the awaited state did not come"
            time.sleep(0.02)

    return wait


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """Whether a process still runs; one that ended but is not yet reaped by a careless init does not."""

    def look(pid: int) -> bool:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
        return bool(state) and not state.startswith("Z")

    return look
