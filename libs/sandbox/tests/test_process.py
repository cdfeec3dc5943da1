"""The sandbox as a process: starting, ending, configuration."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest
from bankrails_sandbox import (
    CANADIAN_MERCHANT,
    ClockConfig,
    ControlClient,
    ControlRefused,
    FaultKind,
    HelcimConfig,
    SandboxConfig,
    SandboxDidNotStart,
    SandboxProcess,
    load_config,
)
from bankrails_sandbox.decoding import DecodingError, encode

MODULE = [sys.executable, "-m", "bankrails_sandbox"]


def gone(pid: int, deadline_seconds: float = 10) -> bool:
    deadline = time.monotonic() + deadline_seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


@contextmanager
def launched(ready: Path, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process as a person starts it, and the line that it says."""
    command = [*MODULE, "--ready-file", str(ready), *arguments]
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_it_says_in_one_line_where_it_is(tmp_path: Path) -> None:
    """For a person the line, for a program the file; SIGTERM ends it with 0."""
    with launched(tmp_path / "ready.json") as (process, line):
        url = json.loads((tmp_path / "ready.json").read_text())["url"]
        assert url in line
        assert httpx.get(f"{url}/health").status_code == 200
        process.terminate()
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_sigterm_does_not_wait_for_held_calls_and_open_polls() -> None:
    """Ctrl-C of a demonstration must not hang on a fault that the demonstration itself has planted."""
    sandbox = SandboxProcess().start()
    sandbox.control.fault(FaultKind.HOLD)
    poll = f"{sandbox.clock_url}?after={sandbox.control.clock().version}"
    held = [(f"{sandbox.helcim_url}/customers", {"api-token": "maple-books-admin-token"}), (poll, {})]

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(httpx.get, url, headers=headers, timeout=60) for url, headers in held]
        sandbox.control.wait_until_held()
        pid = sandbox.pid
        os.kill(pid, signal.SIGTERM)
        assert gone(pid)
        sandbox.stop()
        assert all(isinstance(call.exception(10), httpx.TransportError) for call in calls)


def test_it_dies_with_its_parent() -> None:
    """A killed test run leaves nothing behind."""
    program = (
        "from bankrails_sandbox import SandboxProcess\n"
        "import time\n"
        "print(SandboxProcess().start().pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        assert gone(child)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_it_may_be_stopped_twice_and_started_again() -> None:
    """As fixtures and interrupt handlers do."""
    sandbox = SandboxProcess()
    for _ in range(2):
        sandbox.start()
        assert sandbox.control.clock().running
        sandbox.stop()
        sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


def test_a_bad_configuration_is_told_with_its_place(tmp_path: Path) -> None:
    """And the process does not start on half of it."""
    config = tmp_path / "sandbox.toml"
    config.write_text('[[helcim.merchants]]\nid = 1\nname = "m"\ncountry = "Canada"\n')
    with pytest.raises(SandboxDidNotStart, match=r"helcim.merchants\[0\].country: must be one of CA, US"):
        SandboxProcess(config).start()


def test_a_taken_port_is_told() -> None:
    """The commonest reason not to start."""
    with SandboxProcess() as first, pytest.raises(SandboxDidNotStart, match="in use"):
        SandboxProcess(port=int(first.url.rpartition(":")[2])).start()


def test_a_configuration_file_says_the_same_as_python(tmp_path: Path) -> None:
    """TOML by hand, JSON by program."""
    config = SandboxConfig(
        ClockConfig(datetime(2024, 3, 14, tzinfo=UTC), running=False), HelcimConfig((CANADIAN_MERCHANT,))
    )
    written = tmp_path / "sandbox.json"
    written.write_text(json.dumps(encode(config)))
    assert load_config(written) == config
    by_hand = tmp_path / "sandbox.toml"
    by_hand.write_text(
        "[clock]\nstart = 2024-03-14T00:00:00Z\nrunning = false\n"
        '[[helcim.merchants]]\nid = 7\nname = "m"\ncountry = "CA"\ncurrency = "cad"\ntimezone = "America/Toronto"\n'
        'tokens = [{name = "all", value = "t-1"}, {name = "some", value = "t-2", processing = "positive"}]\n'
        "[helcim.limits]\nper_minute = 5\n"
    )
    loaded = load_config(by_hand)
    assert loaded.clock == config.clock
    assert [token.processing.name for token in loaded.helcim.merchants[0].tokens] == ["ADMIN", "POSITIVE"]
    assert loaded.helcim.limits.per_minute == 5


@pytest.mark.parametrize(
    "content",
    [
        {"clocks": {}},
        {"clock": {"start": "2024-03-14T00:00:00"}},
        {"clock": {"running": 1}},
        {"helcim": {"limits": {"per_minute": "5"}}},
        {"helcim": {"assumptions": {"batch_close_time": "25:00"}}},
        {"helcim": {"merchants": [encode(CANADIAN_MERCHANT), encode(CANADIAN_MERCHANT)]}},
        {"helcim": {"merchants": [encode(CANADIAN_MERCHANT) | {"timezone": "Mars/Olympus"}]}},
        [],
    ],
)
def test_nothing_in_a_configuration_is_silently_ignored(tmp_path: Path, content) -> None:
    """A misspelt setting would otherwise be the default."""
    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps(content))
    with pytest.raises(DecodingError):
        load_config(path)


def test_beyond_loopback_steering_needs_a_token(tmp_path: Path) -> None:
    """The control API can do anything; the vendor's paths have their own tokens, and reading the time is free."""
    refused = subprocess.run([*MODULE, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=30)  # noqa: S104
    assert (refused.returncode, "CONTROL_TOKEN" in refused.stderr) == (2, True)
    arguments = (tmp_path / "ready.json", "--host", "0.0.0.0")  # noqa: S104
    with launched(*arguments, BANKRAILS_SANDBOX_CONTROL_TOKEN="steer"):
        url = json.loads((tmp_path / "ready.json").read_text())["url"].replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        assert ControlClient(url).clock().running
        with pytest.raises(ControlRefused) as error:
            ControlClient(url).advance(seconds=1)
        assert error.value.status == 401
        assert ControlClient(url, token="steer").advance(seconds=1).running
        assert ControlClient(url, token="steer").effects() == ()
