"""`bankrails up`, as a person runs it: everything stands, what falls is put up again, and Ctrl-C leaves nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bankrails_cli import jwks
from bankrails_cli.services import SERVICES
from bankrails_testkit.waiting import until

STOP_SECONDS = 40.0
PROGRAM = "import sys; from bankrails_cli.main import app; sys.exit(app())"
PARTS = ["kafka", "sandbox", *(program.process for program in SERVICES)]

Line = dict[str, Any]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, "up", "--json"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def lines(up: subprocess.Popen[str]) -> Iterator[Line]:
    assert up.stdout is not None
    for line in up.stdout:
        yield json.loads(line)


def first(told: Iterator[Line], name: str, condition: str) -> Line:
    for line in told:
        if (line["name"], line["condition"]) == (name, condition):
            return line
    raise AssertionError(f"it ended before {name} was {condition}")


def seal(service: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "seal", "--service", service]
    return subprocess.run(command, cwd=folder, input="secret", capture_output=True, text=True, timeout=STOP_SECONDS)


@pytest.mark.timeout(300)
def test_it_stands_mends_itself_and_leaves_nothing(up: subprocess.Popen[str], tmp_path: Path) -> None:
    """Each part with its address; a service that is killed comes back at the same one; Ctrl-C is the way to end it."""
    told = lines(up)
    ready: dict[str, Line] = {}
    while ready.keys() != set(PARTS):
        line = next(told)
        if line["condition"] == "ready":
            ready[line["name"]] = line
    assert all(line["address"] and line["pid"] and line["restarts"] == 0 for line in ready.values())

    until((tmp_path / ".run" / "up.json").exists, "where the suite is was not written down")
    sealed = seal("auth", tmp_path)
    assert (sealed.returncode, sealed.stdout[:3]) == (0, "eyJ"), sealed.stderr
    for program in SERVICES:
        assert jwks.seal("secret", f"{ready[program.process]['address']}/.well-known/jwks.json")

    killed = ready["settlement-watcher"]
    os.kill(killed["pid"], signal.SIGKILL)
    assert first(told, "settlement-watcher", "ended")["restarts"] == 0
    back = first(told, "settlement-watcher", "ready")
    assert (back["restarts"], back["address"]) == (1, killed["address"])
    assert back["pid"] != killed["pid"]

    up.send_signal(signal.SIGINT)
    _, err = up.communicate(timeout=STOP_SECONDS)
    assert (up.returncode, err) == (0, "")
    for line in (*ready.values(), back):
        assert not Path(f"/proc/{line['pid']}").exists()
    assert not (tmp_path / ".run" / "up.json").exists()
