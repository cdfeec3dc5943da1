"""How `send` and `tail` find the suite that is up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bankrails_cli.errors import NotThere
from bankrails_cli.running_suite import RunningSuite, bootstrap_servers, jwks_url, running_in


def a_suite(pid: int) -> RunningSuite:
    return RunningSuite(pid, "127.0.0.1:9092", "http://127.0.0.1:8600", {"payments": "http://127.0.0.1:8603"})


def test_a_suite_is_found_from_a_folder_below(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People work in sub-folders."""
    (nowhere / ".run").mkdir()
    a_suite(os.getpid()).write(nowhere / ".run")
    below = nowhere / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert bootstrap_servers(None) == "127.0.0.1:9092"
    assert jwks_url(None, "payments") == "http://127.0.0.1:8603/.well-known/jwks.json"


def test_the_file_of_a_dead_suite_counts_for_nothing(nowhere: Path) -> None:
    """After `kill -9` it is still there, and its addresses may be somebody else's by now."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    a_suite(gone.pid).write(nowhere)
    assert running_in(nowhere) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"pid": 1}'])
def test_a_broken_file_is_no_suite(nowhere: Path, content: str) -> None:
    """A traceback would be the wrong answer to a half-written file."""
    (nowhere / "up.json").write_text(content)
    assert running_in(nowhere) is None


def test_what_is_given_wins(nowhere: Path) -> None:
    """A suite that happens to be up must not catch a command meant for elsewhere."""
    (nowhere / ".run").mkdir()
    a_suite(os.getpid()).write(nowhere / ".run")
    assert bootstrap_servers("kafka.example:9092") == "kafka.example:9092"
    assert jwks_url("https://example/keys", "payments") == "https://example/keys"


def test_keys_of_a_service_that_is_not_up_are_not_guessed(nowhere: Path) -> None:
    """Sealed to the wrong service, a secret is refused late and by name only there."""
    (nowhere / ".run").mkdir()
    a_suite(os.getpid()).write(nowhere / ".run")
    with pytest.raises(NotThere, match="auth"):
        jwks_url(None, "auth")
