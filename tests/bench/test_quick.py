"""The benchmark itself, at a size that says nothing about speed."""

import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run.py")
SECONDS_MAX = 240
"""Four times what it takes on a machine that does nothing else."""


@pytest.mark.durable
@pytest.mark.timeout(SECONDS_MAX + 30)
def test_a_tiny_run_loses_nothing_doubles_nothing_and_tells_it(tmp_path: Path):
    """A benchmark that nobody runs rots, and one that does not check what it measured measures failures as speed."""
    page = tmp_path / "benchmarks.md"
    done = subprocess.run(
        [sys.executable, RUN, "--quick", "--write", page], capture_output=True, text=True, timeout=SECONDS_MAX
    )
    if done.returncode == 3:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    assert "share of the raw limit" in done.stdout
    assert "| payments-service |" in page.read_text()
