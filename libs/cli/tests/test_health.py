"""How the screen learns how a process is."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from bankrails_cli.child import Child
from bankrails_cli.errors import NotThere
from bankrails_cli.health import Condition, Health, ask

Answering = Callable[[int, bytes], AbstractContextManager[str]]
"""An address where every request gets this status and this body."""


def test_200_is_ready(answering: Answering) -> None:
    """Any other word for it would leave the screen yellow."""
    with answering(200, b"{}") as address:
        assert ask(address, "/health/ready").condition is Condition.READY


def test_503_is_unhealthy_with_the_reasons_given(answering: Answering) -> None:
    """The reason is on the screen before anybody opens a log."""
    checks = {"kafka fetch": {"healthy": False, "reason": "no answer"}, "running": {"healthy": True}}
    with answering(503, json.dumps({"checks": checks}).encode()) as address:
        health = ask(address, "/health/ready")
    assert (health.condition, health.detail) == (Condition.UNHEALTHY, "kafka fetch: no answer")


@pytest.mark.parametrize("body", [b"", b"[]", b"Bad Gateway", b'{"checks": 1}'])
def test_a_report_that_nobody_can_read_is_still_unhealthy(body: bytes, answering: Answering) -> None:
    """A proxy's error page must not take the screen down."""
    with answering(502, body) as address:
        health = ask(address, "/health/ready")
    assert (health.condition, "502" in health.detail) == (Condition.UNHEALTHY, True)


def test_silence_is_unhealthy(answering: Answering) -> None:
    """Nothing listens where the process said that it would."""
    with answering(200, b"") as address:
        pass
    assert ask(address, "/health/ready").condition is Condition.UNHEALTHY


def a_child(folder: Path) -> Child:
    return Child("payments-service", folder, address_field="address", health_path="/health/ready")


def test_a_child_that_ends_instead_of_getting_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    """ "Not ready after 60 s" would be a lie and a waste of a minute."""
    child = a_child(tmp_path)
    assert child.health().condition is Condition.WAITING
    child.start("bankrails_no_such_module")
    with pytest.raises(NotThere, match=r"exit status 1\).*No module named bankrails_no_such_module"):
        child.await_ready()
    assert child.health().condition is Condition.ENDED
    child.stop()


def test_a_child_is_found_where_its_ready_file_says(tmp_path: Path, answering: Answering) -> None:
    """Ports are chosen by the child; half a file is not yet an address."""
    child = a_child(tmp_path)
    with answering(200, b"") as address:
        child.start("http.server", ["0", "--bind", "127.0.0.1"])
        try:
            child.ready_file.write_text('{"addr')
            assert child.health().condition is Condition.STARTING
            child.ready_file.write_text(json.dumps({"address": address}))
            child.await_ready()
            assert child.health().condition is Condition.READY
        finally:
            child.kill()
    assert child.pid is None


def test_a_child_sees_the_environment_that_it_is_given(tmp_path: Path) -> None:
    """Its settings arrive, and they are not left in ours."""
    child = a_child(tmp_path)
    child.start("bankrails_no_such_module", environment={"PYTHONVERBOSE": "1"})
    with pytest.raises(NotThere):
        child.await_ready()
    child.stop()
    assert "import '" in child.log.read_text()


def test_started_again_a_child_does_not_answer_with_its_former_address(tmp_path: Path) -> None:
    """Whoever killed it would otherwise talk to a port that may be somebody else's."""
    child = a_child(tmp_path)
    child.start("http.server", ["0", "--bind", "127.0.0.1"])
    child.ready_file.write_text('{"address": "http://127.0.0.1:1"}')
    child.await_ready()
    try:
        child.start_again()
        assert child.health().condition is Condition.STARTING
    finally:
        child.kill()


def test_a_killed_child_is_not_quoted(tmp_path: Path) -> None:
    """What it happened to log before has nothing to do with its end."""
    child = a_child(tmp_path)
    child.start("http.server", ["0", "--bind", "127.0.0.1"])
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(NotThere, match=r"payments-service ended \(signal 9\); all of it in "):
        child.await_ready()
    child.stop()


def test_an_age_that_ticks_is_no_news() -> None:
    """A pipe would be told the same trouble every second."""
    young, old = (
        Health(Condition.UNHEALTHY, "http://a", f"store commit: nothing for {age} s of 30 s allowed")
        for age in (31.0, 32.5)
    )
    assert young.news == old.news
    assert young.news != Health(Condition.UNHEALTHY, "http://a", "kafka fetch: nothing for 31.0 s of 30 s allowed").news
    assert young.news != Health(Condition.READY, "http://a").news
