"""`bankrails demo`, as a person runs it: it tells the truth, and it leaves nothing behind, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DEMO_SECONDS = 220  # takes twenty; under sixty is promised, and a machine busy with other tests may need longer
ENDED_SECONDS = 30.0  # for the last process to go after the demonstration itself has

pytestmark = pytest.mark.timeout(DEMO_SECONDS + 60)

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found through /proc")


def start(data_dir: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """In a session of its own, by which whatever it starts can be found."""
    program = "import sys; from bankrails_cli.main import app; sys.exit(app())"
    return subprocess.Popen(
        [sys.executable, "-c", program, "demo", "--json", "--data-dir", str(data_dir), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **environment},
    )


def left_over(session: int) -> list[str]:
    """Command lines of the session's living processes."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state, _, _, of_session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # ended between the two looks
        if int(of_session) == session and state != "Z":
            found.append(command)
    return found


def wait_until_nothing_is_left(session: int) -> None:
    deadline = time.monotonic() + ENDED_SECONDS
    while left := left_over(session):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


def read_until(demo: subprocess.Popen[str], wanted: Callable[[dict[str, Any]], bool]) -> None:
    assert demo.stdout is not None
    for line in demo.stdout:
        if wanted(json.loads(line)):
            return
    raise AssertionError(f"the demonstration ended early: {demo.communicate()[1]}")


def an_event_of_chapter(number: int) -> Callable[[dict[str, Any]], bool]:
    return lambda line: line["kind"] == "event" and line["chapter"] == number


def told(demo: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = demo.communicate(timeout=DEMO_SECONDS)
    assert demo.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


COLLECTED = ["PaymentAccepted", "PaymentApproved", "PaymentSubmitted"]
SETTLED = ["BatchClosed", "BatchOpened", "BatchReconciled", "PaymentCleared", "PaymentInSettlement"]
PROVEN = ["BankDataFetched", "ExternalAccountLinked", "ExternalAccountShared", "ExternalAccountVerified"]
REGISTERED = ["BankAccountRegistered", "DefaultBankAccountSet", "MandateAccepted", "MandateRequested"]
LOGGED_IN = ["AuthenticationStarted", "AuthenticationSucceeded", "ChallengeRequired"]
EVENTS = {
    1: ["PayerRegistered"],
    2: LOGGED_IN,
    3: PROVEN,
    4: REGISTERED,
    5: COLLECTED,
    6: SETTLED,
    7: ["BatchReconciled", "BatchSettled", "FundsAvailable", "PaymentFinal"],
    8: [*LOGGED_IN, "PayerRegistered"],
    9: [*PROVEN, *REGISTERED],
    10: COLLECTED,
    11: SETTLED,
    12: ["BatchReconciled", "BatchSettled", "PaymentReturned", "ReturnCodeLearned"],
    13: ["CommandRefused"],
    14: ["CommandRefused"],
    15: ["DeadLetter"],
    16: [*COLLECTED, "PaymentOutcomeResolved", "PaymentOutcomeUnknown"],
}
"""By chapter, each once."""
OBSERVED = "VendorPaymentObserved"
"""Beside them: settlement-watcher tells what it sees at the vendor whenever that is new."""
LAST_CHAPTER = max(EVENTS)


def the_story_is_whole(lines: list[dict[str, Any]]) -> None:
    result = lines[-1]
    assert result["kind"] == "result"
    assert result["debits"] == result["debits_expected"] == 3
    assert [chapter["debits"] for chapter in result["chapters"]] == [0] * 4 + [1] * 5 + [2] * 6 + [3]
    events = [line for line in lines if line["kind"] == "event"]
    by_chapter = {
        number: sorted(line["name"] for line in events if line["chapter"] == number and line["name"] != OBSERVED)
        for number in EVENTS
    }
    assert by_chapter == {number: sorted(names) for number, names in EVENTS.items()}
    seen = [(line["data"]["auth"], line["data"]["clearing"]) for line in events if line["name"] == OBSERVED]
    assert ("approved", "returned") in seen


@needs_proc
def test_the_demonstration_tells_the_whole_story_and_leaves_nothing(tmp_path: Path) -> None:
    """The first thing that anybody runs: three debits, each by one command, and a machine as it was before."""
    demo = start(tmp_path)
    the_story_is_whole(told(demo))
    assert left_over(demo.pid) == []
    assert list(tmp_path.iterdir()) == []


def test_it_tells_the_same_where_no_kafka_can_be_had(tmp_path: Path) -> None:
    """Without Maven's repository the stand-in carries every chapter, the kill included, and one line says so."""
    demo = start(tmp_path, BANKRAILS_KAFKA="memory", KAFKA_BOOTSTRAP_SERVERS="")
    out, err = demo.communicate(timeout=DEMO_SECONDS)
    assert demo.returncode == 0, err
    the_story_is_whole([json.loads(line) for line in out.splitlines()])
    assert err.count("in-memory cluster stands in") == 1


@needs_proc
@pytest.mark.parametrize(
    ("number", "status", "chapter"), [(signal.SIGTERM, 143, 1), (signal.SIGINT, 130, LAST_CHAPTER)]
)
def test_ended_half_way_it_stops_what_it_started(
    number: signal.Signals, status: int, chapter: int, tmp_path: Path
) -> None:
    """Ctrl-C in the middle, even while a service lies killed, must not leave a broker running for ever."""
    demo = start(tmp_path)
    read_until(demo, an_event_of_chapter(chapter))
    demo.send_signal(number)
    _, err = demo.communicate(timeout=DEMO_SECONDS)
    assert (demo.returncode, "Traceback" in err) == (status, False), err
    assert left_over(demo.pid) == []
    assert list(tmp_path.iterdir()) == []


@needs_proc
def test_ended_while_kafka_starts_it_leaves_no_half_started_process(tmp_path: Path) -> None:
    """Impatience strikes in the first seconds, when nothing has been handed over yet."""
    demo = start(tmp_path)
    deadline = time.monotonic() + DEMO_SECONDS
    while not any("kafka.Kafka" in command for command in left_over(demo.pid)):
        if demo.poll() == 0 or time.monotonic() > deadline:
            demo.kill()
            pytest.skip("the demo started no Kafka of its own: one was named, or the in-memory cluster stood in")
        assert demo.poll() is None
        time.sleep(0.01)
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=DEMO_SECONDS)
    assert demo.returncode == 130
    assert left_over(demo.pid) == []
    assert list(tmp_path.iterdir()) == []


@needs_proc
def test_killed_itself_it_takes_everything_with_it(tmp_path: Path) -> None:
    """`kill -9` runs no code of ours, and still no process is left: each is leashed."""
    demo = start(tmp_path)
    read_until(demo, an_event_of_chapter(2))
    demo.kill()
    demo.communicate()
    wait_until_nothing_is_left(demo.pid)


def test_a_suite_that_cannot_start_is_one_line_and_where_the_logs_are(tmp_path: Path) -> None:
    """No traceback for an address that is wrong, and the folder that it names exists."""
    demo = start(tmp_path, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    out, err = demo.communicate(timeout=DEMO_SECONDS)
    assert (demo.returncode, out) == (3, "")
    said = err.splitlines()[-1]
    assert said.startswith("bankrails: ")
    assert "127.0.0.1:1" in said
    assert Path(said.rpartition("logs: ")[2].rstrip(")")).is_dir()
