import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from bankrails_local_kafka.leash import LeashedProcess

Eventually = Callable[[Callable[[], bool]], None]
Alive = Callable[[int], bool]

# Starts a command in a thread that ends at once, says both process ids, and waits to be killed.
OWNER = """
import os, sys, threading, time
from pathlib import Path
from bankrails_local_kafka.leash import LeashedProcess

started = []
thread = threading.Thread(target=lambda: started.append(LeashedProcess(["sleep", "600"], log=Path(os.devnull))))
thread.start()
thread.join()
print(started[0].pid, os.getpgid(started[0].pid), flush=True)
sys.stdin.read()
"""


def test_the_command_ends_when_its_owner_is_killed(eventually: Eventually, alive: Alive) -> None:
    """A test run or a demo that is killed must not leave a broker on the machine; no handler runs on kill -9."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        command, shell = map(int, owner.stdout.readline().split())
        # The thread that started it is gone: whoever ties a child to its parent by PR_SET_PDEATHSIG has killed it here.
        assert alive(command)
        owner.kill()
        eventually(lambda: not alive(command) and not alive(shell))


def test_the_command_is_not_reached_by_a_signal_to_our_group(tmp_path: Path) -> None:
    """Ctrl-C in a terminal goes to the whole foreground group; the broker is to be stopped by us, after its clients."""
    process = LeashedProcess(["sleep", "600"], log=tmp_path / "log")
    try:
        assert os.getpgid(process.pid) != os.getpgid(0)
    finally:
        process.kill()


def test_a_command_deaf_to_sigterm_is_killed_after_the_grace(tmp_path: Path, eventually: Eventually) -> None:
    """`stop` promises an end, not a request."""
    log = tmp_path / "log"
    process = LeashedProcess(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 600; done"], log=log)
    eventually(lambda: "deaf" in log.read_text())
    process.stop(grace_seconds=0.1)
    assert process.exit_status() == -signal.SIGKILL


def test_stop_gives_the_command_time_to_end_in_order(tmp_path: Path, eventually: Eventually) -> None:
    """A broker cut short recovers its log at the next start; one that was asked has flushed it."""
    log = tmp_path / "log"
    process = LeashedProcess(
        ["sh", "-c", "trap 'echo in order; exit 0' TERM; echo up; while :; do sleep 0.05; done"], log=log
    )
    eventually(lambda: "up" in log.read_text())
    process.stop(grace_seconds=10)
    assert process.exit_status() == 0
    assert log.read_text().endswith("in order\n")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_of_the_group_is_left(end: str, tmp_path: Path, eventually: Eventually, alive: Alive) -> None:
    """What the command itself started goes with it, and so does the shell that kept watch."""
    log = tmp_path / "log"
    process = LeashedProcess(["sh", "-c", "sleep 600 & echo $!; wait"], log=log)
    eventually(lambda: log.read_text().endswith("\n"))
    shell, grandchild = os.getpgid(process.pid), int(log.read_text())

    process.stop(grace_seconds=5) if end == "stop" else process.kill()

    eventually(lambda: not alive(grandchild))
    assert not alive(process.pid)
    assert not alive(shell)


def test_a_command_that_does_not_exist_leaves_no_shell(tmp_path: Path) -> None:
    """The shell is started first; a failure after it must take it along."""
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(FileNotFoundError):
        LeashedProcess([tmp_path / "no-such-java"], log=tmp_path / "log")
    assert {child.pid for child in psutil.Process().children()} <= before  # none more, running or unreaped
