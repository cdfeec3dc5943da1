"""What `bankrails up` says when nobody sits at a screen."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bankrails_cli.errors import Unusable
from bankrails_cli.health import Condition, Health
from bankrails_cli.output import Output
from bankrails_cli.running_suite import RunningSuite
from bankrails_cli.standing import Screen, run


@dataclass
class OnePart:
    """A part whose health the test decides."""

    now: Health
    name: str = "payments-service"
    pid: int | None = 7
    log: Path | None = None
    restarts: int = 0

    def health(self) -> Health:
        return self.now

    def log_tail(self) -> list[str]:
        return []


@dataclass
class OneSuite:
    """As much of a suite as a screen looks at."""

    part: OnePart
    folder: Path = field(default_factory=Path)

    @property
    def parts(self) -> tuple[OnePart, ...]:
        return (self.part,)


def test_a_change_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A log that repeats "ready" every second hides the line that says otherwise."""
    part = OnePart(Health(Condition.STARTING))
    screen = Screen(Output(as_json=True), OneSuite(part))
    screen.look()
    screen.look()
    part.now = Health(Condition.READY, "http://127.0.0.1:8603")
    screen.look()
    screen.look()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["condition"] for line in told] == ["starting", "ready"]
    assert told[1]["address"] == "http://127.0.0.1:8603"


def test_what_ended_by_itself_is_remembered() -> None:
    """The exit status of `up` depends on it."""
    part = OnePart(Health(Condition.READY))
    screen = Screen(Output(as_json=True), OneSuite(part))
    screen.look()
    assert screen.ended == []
    part.now = Health(Condition.ENDED, detail="payments-service ended (signal 9)")
    screen.look()
    assert screen.ended == ["payments-service"]


def test_two_suites_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second would remove the first one's data from under it."""
    RunningSuite(os.getpid(), "127.0.0.1:9092", "http://127.0.0.1:8600", {}).write(tmp_path)
    (tmp_path / "up").mkdir()
    with pytest.raises(Unusable, match=str(os.getpid())):
        run(Output(as_json=True), tmp_path)
    assert (tmp_path / "up").exists()
